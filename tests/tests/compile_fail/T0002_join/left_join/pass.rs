// L04
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    agents::table.scoped(scope).left_join(canvases::table.scoped(scope)).select(agents::name).load(connection)
}

fn main() {}
