// L12
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<i64> {
    agents::table.count().get_result(connection)
}

fn main() {}
