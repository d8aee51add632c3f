// L76
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases};

async fn list(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut AsyncPgConnection,
) -> QueryResult<Vec<Option<String>>> {
    brand!(north = one, south = other);
    agents::table
        .scoped(&north)
        .select(canvases::table.scoped(&south).select(canvases::title).single_value())
        .load(connection)
        .await
}

fn main() {}
