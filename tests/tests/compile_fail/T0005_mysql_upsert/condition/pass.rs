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
    let rows = Agent::source(scope).find(agent.id).filter(agents::name.ne("Ada"));
    match tenancy_diesel::update(rows).set(agent).execute(connection).await? {
        0 => Agent::insert(scope, agent).execute(connection).await,
        changed => Ok(changed),
    }
}

fn main() {}
