// L20
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_pool::TenantHandle;
use tenancy_tests::schema::agents;

pub async fn names(db: &mut TenantHandle<AsyncPgConnection, i32>) -> QueryResult<Vec<String>> {
    agents::table.scoped(db.scope()).select(agents::name).load(db).await
}

fn main() {}
