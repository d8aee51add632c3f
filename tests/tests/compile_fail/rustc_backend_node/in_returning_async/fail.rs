// L76
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::{agents, canvases};

async fn remove(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Option<i32>> {
    tenancy_diesel::delete(agents::table.scoped(scope))
        .returning(QueryDsl::select(canvases::table, canvases::score).single_value())
        .get_result(connection)
        .await
}

fn main() {}
