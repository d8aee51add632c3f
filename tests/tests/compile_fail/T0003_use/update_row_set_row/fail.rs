// L23, L78
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;

fn save(scope: &Scoped<i32>, agent: &Agent, connection: &mut SqliteConnection) -> QueryResult<usize> {
    diesel::update(agent).set(agent).execute(connection)
}

fn main() {}
