// L07, L13
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, Canvas};

async fn drawings(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncPgConnection,
) -> QueryResult<Vec<Canvas>> {
    Canvas::belonging_to(scope, agent).load(connection).await
}

fn main() {}
