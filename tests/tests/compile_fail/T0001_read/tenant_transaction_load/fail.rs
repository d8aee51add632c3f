// L01
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{RunQueryDsl, TenantTransaction};
use tenancy_tests::schema::agents;

pub async fn run(
    scope: &Scoped<i32>,
    tx: &mut TenantTransaction<AsyncPgConnection, i32>,
) -> QueryResult<Vec<(i32, i32, Option<i32>, Option<i32>, String)>> {
    let _ = scope;
    agents::table.load(tx).await
}

fn main() {}
