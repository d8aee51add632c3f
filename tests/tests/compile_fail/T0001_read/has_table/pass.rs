// L17
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

use diesel::associations::HasTable;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    Agent::table().scoped(scope).select(agents::name).load(connection)
}

fn main() {}
