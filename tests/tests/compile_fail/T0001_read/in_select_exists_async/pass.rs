// L16
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::canvases;

use diesel::dsl::exists;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<bool> {
    diesel::select(exists(canvases::table.scoped(scope).filter(canvases::id.eq(1))))
        .get_result(connection)
        .await
}

fn main() {}
