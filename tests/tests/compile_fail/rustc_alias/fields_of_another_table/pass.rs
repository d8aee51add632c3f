use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<(i32, i32)>> {
    let managers = tenancy_diesel::alias!(agents as managers);
    let fields = managers.fields((agents::id, agents::tenant_id));
    managers.scoped(scope).select(fields).load(connection)
}

fn main() {}
