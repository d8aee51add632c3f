// L08, L57
use diesel::prelude::*;
use tenancy_diesel::Scoped;

tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Integer, }
}

diesel::table! {
    logs (id) { id -> Integer, agent_id -> Integer, }
}

diesel::allow_tables_to_appear_in_same_query!(agents, logs);

pub fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<(i32, i32)>> {
    let logs = logs::table.on(logs::agent_id.eq(agents::id));
    agents::table.scoped(scope).inner_join(logs).select((agents::id, logs::id)).load(connection)
}

fn main() {}
