// L06
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

use diesel::dsl::exists;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .filter(exists(canvases::table.scoped(scope).select(canvases::id)))
        .select(agents::name)
        .load(connection)
}

fn main() {}
