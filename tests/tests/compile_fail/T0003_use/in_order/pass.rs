use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .order(QueryDsl::select(canvases::table.scoped(scope), canvases::score).single_value())
        .select(agents::name)
        .load(connection)
}

fn main() {}
