use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn hire(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<i32> {
    diesel::insert_into(agents::table)
        .values(agents::name.eq("Ada"))
        .returning(agents::id)
        .get_result(connection)
}

fn main() {}
