// L07, L13
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, Canvas, Drawing};

fn drawings(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<Canvas>> {
    Drawing::belonging_to(agent).select(Canvas::as_select()).load(connection)
}

fn main() {}
