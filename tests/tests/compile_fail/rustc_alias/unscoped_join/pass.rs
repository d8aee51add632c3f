// L03
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let managers = tenancy_diesel::alias!(agents as managers);
    agents::table
        .scoped(scope)
        .inner_join(managers.scoped(scope).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
        .select(agents::name)
        .load(connection)
}

fn main() {}
