// L24
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn change(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.scoped(scope)).filter(agents::id.eq(1)).execute(connection).await
}

fn main() {}
