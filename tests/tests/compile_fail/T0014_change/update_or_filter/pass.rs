// L24
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn change(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.scoped(scope))
        .filter(agents::id.eq(1))
        .filter(agents::name.eq("Ada"))
        .or_filter(agents::id.eq(2))
        .set(agents::name.eq("Bob"))
        .execute(connection)
}

fn main() {}
