// L23, L78
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::{Agent, AgentRow};

fn save(scope: &Scoped<i32>, agent: &Agent, connection: &mut PgConnection) -> QueryResult<AgentRow> {
    Agent::update(scope, agent.id).set(agent).get_result(connection)
}

fn main() {}
