// L23
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

fn change(scope: &Scoped<i32>, agent: &Agent, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.scoped(scope)).find(agent.id).execute(connection)
}

fn main() {}
