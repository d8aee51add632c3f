// L16
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<AgentRow> {
    diesel::RunQueryDsl::get_result(agents::table.scoped(scope), connection)
}

fn main() {}
