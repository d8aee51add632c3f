// L16
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::canvases;

use diesel::dsl::exists;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(exists(canvases::table.filter(canvases::id.eq(1)))).get_result(connection)
}

fn main() {}
