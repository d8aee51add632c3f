// L07, L13
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, AsyncSqliteConnection, Canvas, Drawing};

async fn drawings(
    scope: &Scoped<i32>,
    owners: &[Agent],
    connection: &mut AsyncSqliteConnection,
) -> QueryResult<Vec<Canvas>> {
    Drawing::belonging_to(owners).select(Canvas::as_select()).load(connection).await
}

fn main() {}
