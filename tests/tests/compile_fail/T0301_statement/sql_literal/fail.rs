// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{RunQueryDsl, TenantTransaction};

pub async fn run(
    scope: &Scoped<i32>,
    tx: &mut TenantTransaction<AsyncPgConnection, i32>,
) -> QueryResult<Vec<String>> {
    let _ = scope;
    diesel::dsl::sql::<diesel::sql_types::Text>("SELECT name FROM agents").load(tx).await
}

fn main() {}
