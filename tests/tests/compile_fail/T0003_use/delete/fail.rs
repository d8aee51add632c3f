// L25
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn remove(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    diesel::delete(agents::table).execute(connection)
}

fn main() {}
