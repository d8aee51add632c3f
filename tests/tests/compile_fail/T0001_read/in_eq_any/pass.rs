// L14
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .filter(agents::id.eq_any(canvases::table.scoped(scope).select(canvases::agent_id)))
        .select(agents::name)
        .load(connection)
}

fn main() {}
