// L24
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn change(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.scoped(scope).filter(agents::id.gt(1)).limit(1)).execute(connection)
}

fn main() {}
