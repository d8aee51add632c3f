// L23
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn rename(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    diesel::update(agents::table.find(1)).set(agents::name.eq("Ada")).execute(connection)
}

fn main() {}
