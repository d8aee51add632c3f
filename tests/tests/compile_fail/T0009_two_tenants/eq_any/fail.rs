// L14
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases};

fn list(one: &Scoped<i32>, other: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    agents::table
        .scoped(&north)
        .filter(agents::id.eq_any(canvases::table.scoped(&south).select(canvases::agent_id)))
        .select(agents::name)
        .load(connection)
}

fn main() {}
