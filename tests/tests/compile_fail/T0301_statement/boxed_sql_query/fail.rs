// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{RunQueryDsl, TenantTransaction};

pub async fn run(
    scope: &Scoped<i32>,
    tx: &mut TenantTransaction<AsyncPgConnection, i32>,
) -> QueryResult<usize> {
    let _ = scope;
    diesel::sql_query("DELETE FROM agents").into_boxed::<diesel::pg::Pg>().execute(tx).await
}

fn main() {}
