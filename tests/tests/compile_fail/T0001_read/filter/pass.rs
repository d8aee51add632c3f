// L01, L02, F05
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<AgentRow>> {
    agents::table.scoped(scope).filter(agents::name.eq("Ada")).load(connection)
}

fn main() {}
