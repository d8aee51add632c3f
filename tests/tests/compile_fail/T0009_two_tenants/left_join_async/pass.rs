// L03
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases};

pub async fn names(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut AsyncPgConnection,
) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    agents::table
        .scoped(&north)
        .left_join(canvases::table.scoped(&north))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
