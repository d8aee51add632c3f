// L03
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::agents;

fn list(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    let managers = tenancy_diesel::alias!(agents as managers);
    agents::table
        .scoped(&north)
        .inner_join(managers.scoped(&north).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
        .select(agents::name)
        .load(connection)
}

fn main() {}
