// L76
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases};

fn list(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<Option<String>>> {
    brand!(north = one, south = other);
    agents::table
        .scoped(&north)
        .select(canvases::table.scoped(&north).select(canvases::title).single_value())
        .load(connection)
}

fn main() {}
