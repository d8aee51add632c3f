use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Canvas, Drawing};

fn children(
    scope: &Scoped<i32>,
    parent: &Drawing,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<Canvas>> {
    Canvas::belonging_to(scope, parent).load(connection)
}

fn main() {}
