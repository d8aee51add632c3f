// L68
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_pool::{RunQueryDsl, TenantHandle};
use tenancy_tests::schema::agents;

pub async fn names(db: &mut TenantHandle<AsyncPgConnection, i32>) -> QueryResult<Vec<String>> {
    agents::table.scoped(&*db).select(agents::name).load(db).await
}

fn main() {}
