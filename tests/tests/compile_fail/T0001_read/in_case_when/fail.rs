use diesel::dsl::{case_when, exists};
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<Option<i32>>> {
    agents::table
        .scoped(scope)
        .select(case_when(exists(canvases::table.select(canvases::id)), agents::id))
        .load(connection)
}

fn main() {}
