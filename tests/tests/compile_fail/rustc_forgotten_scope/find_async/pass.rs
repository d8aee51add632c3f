// L09, L10
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Agent> {
    Agent::find(scope, 1).first(connection).await
}

fn main() {}
