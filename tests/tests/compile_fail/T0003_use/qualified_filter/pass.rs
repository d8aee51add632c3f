// L16
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<AgentRow>> {
    QueryDsl::filter(agents::table.scoped(scope), agents::id.eq(1)).load(connection)
}

fn main() {}
