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
    Agent::upsert(scope, agent).filter(agents::name.ne("Ada")).execute(connection).await
}

fn main() {}
