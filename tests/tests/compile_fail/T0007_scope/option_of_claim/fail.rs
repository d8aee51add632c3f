// L36, L37
use diesel::prelude::*;
use tenancy_diesel::Claimed;
use tenancy_tests::schema::agents;

pub fn count(scope: Option<Claimed<i32>>, connection: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.scoped(scope).count().get_result(connection)
}

fn main() {}
