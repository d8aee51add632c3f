// L31
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::CrossTenant;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn hire(all: &CrossTenant, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.write_across_tenants(all).of(7))
        .values(agents::name.eq("Ada"))
        .execute(connection)
        .await
}

fn main() {}
