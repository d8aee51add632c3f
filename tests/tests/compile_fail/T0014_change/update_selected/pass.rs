// L24
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn change(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.scoped(scope).find(1))
        .set(agents::name.eq("Ada"))
        .execute(connection)
}

fn main() {}
