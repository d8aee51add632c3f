// L02, L15, F05
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<AgentRow>> {
    agents::table.load(connection)
}

fn main() {}
