use diesel::prelude::*;
use tenancy_diesel::CrossTenant;
use tenancy_tests::schema::agents;

pub fn count(scope: &CrossTenant, connection: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.scoped(scope).count().get_result(connection)
}

fn main() {}
