// L10
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<AgentRow>> {
    QueryDsl::find(agents::table, 1).load(connection)
}

fn main() {}
