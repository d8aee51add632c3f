// L30, L31
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn copy(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    let all = agents::table.scoped(scope).select((agents::id, agents::name));
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .from_select(all, (agents::id, agents::name))
        .execute(connection)
        .await
}

fn main() {}
