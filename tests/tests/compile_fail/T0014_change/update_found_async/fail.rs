// L24
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn change(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.scoped(scope).find(1))
        .set(agents::name.eq("Ada"))
        .execute(connection)
        .await
}

fn main() {}
