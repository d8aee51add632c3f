// L83
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<AgentRow>> {
    agents::table.union(agents::table.scoped(scope)).load(connection)
}

fn main() {}
