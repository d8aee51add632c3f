use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::plans;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<i64> {
    let cheap = tenancy_diesel::alias!(plans as cheap);
    cheap.global().count().get_result(connection).await
}

fn main() {}
