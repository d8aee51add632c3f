// L29
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
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values(agent)
        .on_conflict(agents::id)
        .do_nothing()
        .execute(connection)
        .await
}

fn main() {}
