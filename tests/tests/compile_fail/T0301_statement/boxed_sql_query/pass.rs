// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_diesel::tenants::TenantTx;

pub async fn run(scope: &Scoped<i32>, tx: &mut TenantTx<AsyncPgConnection, i32>) -> QueryResult<usize> {
    let _ = scope;
    tx.raw("no Diesel form", "DELETE FROM agents")?.execute().await
}

fn main() {}
