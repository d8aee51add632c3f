// L03
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope).on(canvases::agent_id.eq(agents::id)))
        .select(agents::name)
        .load(connection)
}

fn main() {}
