// L06
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, plans};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    plans::table
        .filter(plans::id.nullable().eq_any(agents::table.scoped(scope).select(agents::plan_id)))
        .select(plans::name)
        .load(connection)
}

fn main() {}
