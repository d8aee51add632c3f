// L57
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;

tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Integer, }
}

diesel::table! {
    logs (id) { id -> Integer, agent_id -> Integer, }
}

diesel::allow_tables_to_appear_in_same_query!(agents, logs);

pub async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<i32>> {
    let ids = agents::table.scoped(scope).select(agents::id);
    logs::table.filter(logs::agent_id.eq_any(ids)).select(logs::id).load(connection).await
}

fn main() {}
