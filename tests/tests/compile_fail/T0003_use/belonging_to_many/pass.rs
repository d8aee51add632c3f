// L07, L13
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, Canvas};

fn drawings(
    scope: &Scoped<i32>,
    owners: &[Agent],
    connection: &mut PgConnection,
) -> QueryResult<Vec<Canvas>> {
    Canvas::belonging_to(scope, owners).load(connection)
}

fn main() {}
