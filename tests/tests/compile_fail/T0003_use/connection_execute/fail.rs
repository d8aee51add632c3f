use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn remove(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    connection.execute_returning_count(&diesel::delete(agents::table))
}

fn main() {}
