// L14
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, plans};

pub fn run(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<i32>> {
    let found = agents::table.scoped(scope).select(agents::id);
    let found = found.union(QueryDsl::select(agents::table, agents::id));
    plans::table.filter(plans::id.eq_any(found)).select(plans::id).load(connection)
}

fn main() {}
