// L24
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    diesel::delete(agents::table.scoped(scope)).execute(connection)
}

fn main() {}
