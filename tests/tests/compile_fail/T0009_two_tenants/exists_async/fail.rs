// L06
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases};

use diesel::dsl::exists;

async fn list(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut AsyncPgConnection,
) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    agents::table
        .scoped(&north)
        .filter(exists(canvases::table.scoped(&south).filter(canvases::agent_id.eq(agents::id))))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
