// L68
use diesel::prelude::*;
use tenancy_diesel::sealed_scopes::SealedScope;
use tenancy_tests::schema::agents;

pub fn count(scope: &SealedScope, connection: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.scoped(scope).count().get_result(connection)
}

fn main() {}
