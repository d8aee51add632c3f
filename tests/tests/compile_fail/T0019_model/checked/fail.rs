use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

fn store(scope: &Scoped<i32>, agent: &Agent, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope)).checked(agent)?.execute(connection)
}

fn main() {}
