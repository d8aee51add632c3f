// L03
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::keyed::{agents, canvases};

fn names(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    canvases::table
        .scoped(&north)
        .inner_join(agents::table.scoped(&north))
        .select(agents::name)
        .load(connection)
}

fn main() {}
