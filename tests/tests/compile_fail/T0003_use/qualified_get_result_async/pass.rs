// L16
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<AgentRow> {
    diesel_async::RunQueryDsl::get_result(agents::table.scoped(scope), connection).await
}

fn main() {}
