// L03
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::{agents, canvases};

async fn list(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut AsyncSqliteConnection,
) -> QueryResult<Vec<String>> {
    brand!(north = one);
    agents::table
        .scoped(&north)
        .filter(agents::id.eq_any(canvases::table.scoped(other).select(canvases::agent_id)))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
