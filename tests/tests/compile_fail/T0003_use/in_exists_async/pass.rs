// L06
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

use diesel::dsl::exists;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .filter(exists(QueryDsl::select(canvases::table.scoped(scope), canvases::id)))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
