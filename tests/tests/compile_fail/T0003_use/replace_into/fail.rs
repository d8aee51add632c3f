// L28
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn hire(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    diesel::replace_into(agents::table).values((agents::id.eq(1), agents::name.eq("Ada"))).execute(connection)
}

fn main() {}
