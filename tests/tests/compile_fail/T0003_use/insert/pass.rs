// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn hire(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values(agents::name.eq("Ada"))
        .execute(connection)
}

fn main() {}
