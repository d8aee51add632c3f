// L23
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

async fn change(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncPgConnection,
) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.scoped(scope)).find(agent.id).execute(connection).await
}

fn main() {}
