// L28
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

pub fn hire(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values(agents::name.eq("Ada"))
        .on_conflict(agents::name)
        .do_update()
        .set(agents::name.eq("Ada"))
        .execute(connection)
}

fn main() {}
