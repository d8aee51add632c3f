use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn hire(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<AgentRow> {
    diesel::insert_into(agents::table).values(agents::name.eq("Ada")).get_result(connection)
}

fn main() {}
