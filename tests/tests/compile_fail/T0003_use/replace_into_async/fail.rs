// L28
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn hire(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    diesel::replace_into(agents::table)
        .values((agents::id.eq(1), agents::name.eq("Ada")))
        .execute(connection)
        .await
}

fn main() {}
