// L03
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<String>> {
    let managers = tenancy_diesel::alias!(agents as managers);
    agents::table
        .scoped(scope)
        .inner_join(managers.scoped(scope).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
