// L23
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;

fn remove(scope: &Scoped<i32>, agent: &Agent, connection: &mut PgConnection) -> QueryResult<usize> {
    diesel::delete(agent).execute(connection)
}

fn main() {}
