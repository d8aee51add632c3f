// L03, L07
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::keyed::{agents, canvases};

fn names(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    QueryDsl::inner_join(canvases::table, agents::table).select(agents::name).load(connection)
}

fn main() {}
