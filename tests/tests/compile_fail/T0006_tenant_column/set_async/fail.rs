// L30, L81
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn move_out(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.scoped(scope)).set(agents::tenant_id.eq(7)).execute(connection).await
}

fn main() {}
