#![allow(unused_imports)]
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::dsl::TablesampleDsl;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    agents::table.tablesample_bernoulli(10).select(agents::name).load(connection)
}

fn main() {}
