// L12
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<i64> {
    QueryDsl::count(agents::table).get_result(connection)
}

fn main() {}
