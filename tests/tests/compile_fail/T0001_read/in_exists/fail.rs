// L06, L14, L16
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

use diesel::dsl::exists;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .filter(exists(canvases::table.filter(canvases::agent_id.eq(agents::id))))
        .select(agents::name)
        .load(connection)
}

fn main() {}
