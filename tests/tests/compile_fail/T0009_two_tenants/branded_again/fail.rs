// L03
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases};

pub fn names(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    let again = south.branded::<north>();
    agents::table
        .scoped(&north)
        .inner_join(canvases::table.scoped(&again).on(canvases::agent_id.eq(agents::id)))
        .filter(agents::id.gt(i32::from(south.tenant() == other.tenant())))
        .select(agents::name)
        .load(connection)
}

fn main() {}
