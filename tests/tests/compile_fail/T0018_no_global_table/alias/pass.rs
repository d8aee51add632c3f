// L17
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AgentRow;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<AgentRow>> {
    let managers = tenancy_diesel::alias!(agents as managers);
    managers.scoped(scope).load(connection)
}

fn main() {}
