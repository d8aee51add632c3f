// L23, L78
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, AgentRow};

use diesel_async::SaveChangesDsl;

async fn save(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncPgConnection,
) -> QueryResult<AgentRow> {
    agent.save_changes(connection).await
}

fn main() {}
