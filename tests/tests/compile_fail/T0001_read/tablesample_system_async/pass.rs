#![allow(unused_imports)]
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::dsl::TablesampleDsl;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<String>> {
    agents::table.scoped(scope).select(agents::name).load(connection).await
}

fn main() {}
