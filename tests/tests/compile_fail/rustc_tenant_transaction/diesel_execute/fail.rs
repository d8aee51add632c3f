// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::TenantTransaction;
use tenancy_tests::schema::agents;

pub async fn run(
    scope: &Scoped<i32>,
    tx: &mut TenantTransaction<AsyncPgConnection, i32>,
) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.scoped(scope)).execute(tx)
}

fn main() {}
