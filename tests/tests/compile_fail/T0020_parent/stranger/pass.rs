use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, Canvas};

fn children(
    scope: &Scoped<i32>,
    parent: &Agent,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<Canvas>> {
    Canvas::belonging_to(scope, parent).load(connection)
}

fn main() {}
