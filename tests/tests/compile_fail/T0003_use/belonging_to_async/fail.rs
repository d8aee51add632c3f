// L07, L13
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, Canvas, Drawing};

async fn drawings(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncPgConnection,
) -> QueryResult<Vec<Canvas>> {
    Drawing::belonging_to(agent).select(Canvas::as_select()).load(connection).await
}

fn main() {}
