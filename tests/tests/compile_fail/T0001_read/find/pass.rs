// L09, L10, L11
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<AgentRow> {
    agents::table.scoped(scope).find(1).first(connection)
}

fn main() {}
