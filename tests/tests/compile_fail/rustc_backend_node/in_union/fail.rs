// L83
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .select(agents::name)
        .union(QueryDsl::select(canvases::table, canvases::title))
        .load(connection)
}

fn main() {}
