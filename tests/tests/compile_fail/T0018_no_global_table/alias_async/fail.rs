// L17
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<AgentRow>> {
    let managers = tenancy_diesel::alias!(agents as managers);
    managers.global().load(connection).await
}

fn main() {}
