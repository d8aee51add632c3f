// L25
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn rename(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.scoped(scope)).set(agents::name.eq("Ada")).execute(connection)
}

fn main() {}
