// L28, L79
use diesel::prelude::*;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

async fn save(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncMysqlConnection,
) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values(agent)
        .on_conflict(agents::id)
        .do_update()
        .set(agent)
        .execute(connection)
        .await
}

fn main() {}
