// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    agents::table
        .scoped(scope)
        .select(agents::name)
        .insert_into(agents::table.scoped(scope))
        .into_columns(agents::name)
        .execute(connection)
}

fn main() {}
