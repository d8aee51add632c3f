// L11, F05
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<AgentRow> {
    agents::table.first(connection)
}

fn main() {}
