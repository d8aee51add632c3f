// L16
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<AgentRow> {
    diesel::RunQueryDsl::first(agents::table, connection)
}

fn main() {}
