// L03
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::{agents, canvases};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .inner_join(JoinOnDsl::on(canvases::table, canvases::agent_id.eq(agents::id)))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
