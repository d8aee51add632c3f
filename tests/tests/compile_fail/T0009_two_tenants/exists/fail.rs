// L06
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases};

use diesel::dsl::exists;

fn list(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    agents::table
        .scoped(&north)
        .filter(exists(canvases::table.scoped(&south).filter(canvases::agent_id.eq(agents::id))))
        .select(agents::name)
        .load(connection)
}

fn main() {}
