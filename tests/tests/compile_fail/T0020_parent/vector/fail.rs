use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, Canvas};

fn children(
    scope: &Scoped<i32>,
    parents: &Vec<Agent>,
    connection: &mut PgConnection,
) -> QueryResult<Vec<Canvas>> {
    Canvas::belonging_to(scope, parents).load(connection)
}

fn main() {}
