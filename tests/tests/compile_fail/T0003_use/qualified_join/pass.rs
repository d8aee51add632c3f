// L03
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, plans};

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    QueryDsl::inner_join(agents::table.scoped(scope), plans::table).select(agents::name).load(connection)
}

fn main() {}
