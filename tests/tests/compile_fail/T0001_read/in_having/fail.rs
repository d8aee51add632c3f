use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<i64>> {
    agents::table
        .scoped(scope)
        .group_by(agents::name)
        .having(exists(canvases::table.select(canvases::id)))
        .select(count_star())
        .load(connection)
}

fn main() {}
