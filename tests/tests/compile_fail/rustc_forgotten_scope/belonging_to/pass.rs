// L07, L13
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, Canvas};

fn list(scope: &Scoped<i32>, agent: &Agent, connection: &mut PgConnection) -> QueryResult<Vec<Canvas>> {
    Canvas::belonging_to(scope, agent).load(connection)
}

fn main() {}
