// L23, L78
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;

async fn save(scope: &Scoped<i32>, agent: &Agent, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    diesel::update(agent).set(agent).execute(connection).await
}

fn main() {}
