// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn copy(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let titles = canvases::table.scoped(scope).select((canvases::id, canvases::title));
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .from_select(titles, (agents::id, agents::name))
        .execute(connection)
}

fn main() {}
