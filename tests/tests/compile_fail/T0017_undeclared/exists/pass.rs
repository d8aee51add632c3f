// L57
use diesel::prelude::*;
use tenancy_diesel::Scoped;

tenancy_diesel::table! {
    agents (id) { id -> Integer, tenant_id -> Integer, }
}

diesel::table! {
    #[tenancy_diesel::tenant_global]
    logs (id) { id -> Integer, agent_id -> Integer, }
}

diesel::allow_tables_to_appear_in_same_query!(agents, logs);

pub fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<i32>> {
    let logged = diesel::dsl::exists(logs::table.filter(logs::agent_id.eq(agents::id)));
    agents::table.scoped(scope).filter(logged).select(agents::id).load(connection)
}

fn main() {}
