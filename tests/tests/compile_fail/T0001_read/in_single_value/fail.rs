// L76
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<Option<String>>> {
    agents::table
        .scoped(scope)
        .select(canvases::table.select(canvases::title).limit(1).single_value())
        .load(connection)
}

fn main() {}
