use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{AgentRow, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

async fn hire(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<AgentRow> {
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values(agents::name.eq("Ada"))
        .get_result(connection)
        .await
}

fn main() {}
