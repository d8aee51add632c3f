// L23, L78
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, AgentRow};

fn save(scope: &Scoped<i32>, agent: &Agent, connection: &mut PgConnection) -> QueryResult<AgentRow> {
    agent.save_changes(connection)
}

fn main() {}
