// L06
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

use diesel::dsl::exists;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .filter(exists(QueryDsl::select(canvases::table.scoped(scope), canvases::id)))
        .select(agents::name)
        .load(connection)
}

fn main() {}
