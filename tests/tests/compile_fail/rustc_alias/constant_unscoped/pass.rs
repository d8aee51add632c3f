// L17
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::Agent;
use tenancy_tests::schema::agents;

tenancy_diesel::alias! {
    const MANAGERS: Alias<Managers> = agents as managers;
}

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<Agent>> {
    MANAGERS.scoped(scope).select(MANAGERS.fields(Agent::as_select())).load(connection)
}

fn main() {}
