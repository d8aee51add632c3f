// L68, L72
use diesel::prelude::*;
use tenancy_diesel::Claimed;
use tenancy_tests::schema::agents;

pub fn count(scope: &Claimed<i32>, connection: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.scoped(scope).count().get_result(connection)
}

fn main() {}
