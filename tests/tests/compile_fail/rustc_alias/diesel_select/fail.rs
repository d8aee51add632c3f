// L17
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let managers = diesel::alias!(agents as managers);
    managers.select(managers.field(agents::name)).load(connection)
}

fn main() {}
