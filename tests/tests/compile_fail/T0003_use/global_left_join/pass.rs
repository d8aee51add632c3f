// L04
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, plans};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    plans::table.left_join(agents::table.scoped(scope)).select(plans::name).load(connection)
}

fn main() {}
