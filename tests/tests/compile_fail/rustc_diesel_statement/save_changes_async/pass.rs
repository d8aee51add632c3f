// L23, L78
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::{Agent, AgentRow};

use diesel_async::SaveChangesDsl;

async fn save(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncPgConnection,
) -> QueryResult<AgentRow> {
    Agent::update(scope, agent.id).set(agent).get_result(connection).await
}

fn main() {}
