// L63
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn hire(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    diesel::copy_from(agents::table)
        .from_raw_data((agents::id, agents::name), |_| QueryResult::Ok(()))
        .execute(connection)
}

fn main() {}
