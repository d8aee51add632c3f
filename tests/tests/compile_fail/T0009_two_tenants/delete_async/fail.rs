// L24
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::{agents, canvases};

async fn remove(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    connection: &mut AsyncSqliteConnection,
) -> QueryResult<usize> {
    brand!(north = one, south = other);
    let drawing = canvases::table.scoped(&south).select(canvases::agent_id);
    tenancy_diesel::delete(agents::table.scoped(&north))
        .filter(agents::id.eq_any(drawing))
        .execute(connection)
        .await
}

fn main() {}
