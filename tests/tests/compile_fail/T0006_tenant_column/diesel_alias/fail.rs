use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<i32>> {
    let managers = diesel::alias!(agents as managers);
    agents::table.scoped(scope).select(managers.field(agents::tenant_id)).load(connection)
}

fn main() {}
