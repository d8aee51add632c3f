// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

pub fn hire(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values((agents::id.eq(1), agents::name.eq("Ada")))
        .execute(connection)
}

fn main() {}
