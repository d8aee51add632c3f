use diesel::dsl::count;
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<i64>> {
    let score = canvases::table.select(canvases::score).limit(1).single_value();
    agents::table.scoped(scope).select(count(agents::id).partition_by(score)).load(connection)
}

fn main() {}
