// L07, L13
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, AsyncSqliteConnection, Canvas};

async fn list(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncSqliteConnection,
) -> QueryResult<Vec<Canvas>> {
    Canvas::belonging_to(scope, agent).load(connection).await
}

fn main() {}
