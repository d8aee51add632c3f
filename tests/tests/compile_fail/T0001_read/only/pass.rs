#![allow(unused_imports)]
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::dsl::OnlyDsl;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    agents::table.scoped(scope).select(agents::name).load(connection)
}

fn main() {}
