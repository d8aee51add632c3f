// L12
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<i64> {
    agents::table.scoped(scope).count().get_result(connection).await
}

fn main() {}
