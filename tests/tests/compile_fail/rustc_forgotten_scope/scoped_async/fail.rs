// L15, L90
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::{Agent, AsyncSqliteConnection};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<Agent>> {
    Agent::scoped().load(connection).await
}

fn main() {}
