// L03
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, plans};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    plans::table.inner_join(agents::table.scoped(scope)).select(plans::name).load(connection)
}

fn main() {}
