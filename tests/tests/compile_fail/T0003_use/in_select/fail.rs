// L76
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<Option<i32>>> {
    agents::table
        .scoped(scope)
        .select(QueryDsl::select(canvases::table, canvases::score).single_value())
        .load(connection)
}

fn main() {}
