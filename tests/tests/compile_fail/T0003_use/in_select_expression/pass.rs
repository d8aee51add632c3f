// L07
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{canvases, plans};

#[derive(Queryable)]
pub struct Plan {
    id: i32,
    title: Option<String>,
}

pub fn run(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<Plan>> {
    let _ = scope;
    plans::table
        .select((plans::id, canvases::table.scoped(scope).select(canvases::title).single_value()))
        .load(connection)
}

fn main() {}
