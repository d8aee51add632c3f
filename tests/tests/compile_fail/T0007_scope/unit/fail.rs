// L90
use diesel::prelude::*;
use tenancy_tests::schema::agents;

pub fn count(scope: (), connection: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.scoped(scope).count().get_result(connection)
}

fn main() {}
