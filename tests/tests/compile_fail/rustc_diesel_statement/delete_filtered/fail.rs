// L24
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    diesel::delete(agents::table.scoped(scope).filter(agents::id.eq(1))).execute(connection)
}

fn main() {}
