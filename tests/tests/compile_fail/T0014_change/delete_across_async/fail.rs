// L25
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::CrossTenant;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn change(all: &CrossTenant, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.across_tenants(all)).execute(connection).await
}

fn main() {}
