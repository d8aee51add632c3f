// L28, L79
use diesel::prelude::*;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

async fn save(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncMysqlConnection,
) -> QueryResult<usize> {
    Agent::insert(scope, agent)
        .on_conflict(agents::name)
        .filter_target(agents::plan_id.is_null())
        .do_nothing()
        .execute(connection)
        .await
}

fn main() {}
