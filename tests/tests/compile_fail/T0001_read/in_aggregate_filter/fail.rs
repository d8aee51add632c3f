use diesel::dsl::{count, exists};
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<i64>> {
    let signed = exists(canvases::table.select(canvases::id));
    agents::table.scoped(scope).select(count(agents::id).aggregate_filter(signed)).load(connection)
}

fn main() {}
