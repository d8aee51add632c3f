// L25
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::CrossTenant;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn change(all: &CrossTenant, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.write_across_tenants(all))
        .set(agents::name.eq("Ada"))
        .execute(connection)
        .await
}

fn main() {}
