// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .from_select(agents::table.scoped(scope).select(agents::name), agents::name)
        .execute(connection)
}

fn main() {}
