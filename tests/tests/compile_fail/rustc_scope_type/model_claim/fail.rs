// L68
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Claimed, TenantScoped};
use tenancy_tests::cases::Agent;

pub async fn list(scope: &Claimed<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<Agent>> {
    Agent::scoped(scope).load(connection).await
}

fn main() {}
