// L13
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases, plans};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    plans::table
        .inner_join(agents::table.scoped(scope).inner_join(canvases::table.scoped(scope)))
        .select(agents::name)
        .load(connection)
}

fn main() {}
