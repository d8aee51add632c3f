// L06
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::{agents, plans};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<String>> {
    plans::table
        .filter(plans::id.nullable().eq_any(agents::table.scoped(scope).select(agents::plan_id)))
        .select(plans::name)
        .load(connection)
        .await
}

fn main() {}
