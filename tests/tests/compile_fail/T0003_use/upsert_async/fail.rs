// L27, L29, L79
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

async fn save(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncSqliteConnection,
) -> QueryResult<usize> {
    diesel::insert_into(agents::table)
        .values(agent)
        .on_conflict(agents::id)
        .do_update()
        .set(agent)
        .execute(connection)
        .await
}

fn main() {}
