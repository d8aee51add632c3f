use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantId};
use tenancy_tests::schema::agents;

pub async fn count(scope: &Scoped<TenantId>, connection: &mut AsyncPgConnection) -> QueryResult<i64> {
    agents::table.scoped(scope).count().get_result(connection).await
}

fn main() {}
