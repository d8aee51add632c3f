// L28
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::{Agent, AsyncSqliteConnection};

async fn hire(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    Agent::upsert(scope, &Agent { id: 1, name: "Ada".into() }).execute(connection).await
}

fn main() {}
