use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

use diesel::query_builder::AsQuery;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<AgentRow>> {
    agents::table.as_query().load(connection)
}

fn main() {}
