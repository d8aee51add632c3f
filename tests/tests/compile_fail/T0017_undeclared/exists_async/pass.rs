// L57
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;

tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Integer, }
}

diesel::table! {
    #[tenancy_diesel::tenant_global]
    logs (id) { id -> Integer, agent_id -> Integer, }
}

diesel::allow_tables_to_appear_in_same_query!(agents, logs);

pub async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<i32>> {
    let logged = diesel::dsl::exists(logs::table.filter(logs::agent_id.eq(agents::id)));
    agents::table.scoped(scope).filter(logged).select(agents::id).load(connection).await
}

fn main() {}
