// L12
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::dsl::count_star;

async fn list(
    scope: &Scoped<i32>,
    connection: &mut AsyncPgConnection,
) -> QueryResult<Vec<(Option<i32>, i64)>> {
    agents::table.group_by(agents::plan_id).select((agents::plan_id, count_star())).load(connection).await
}

fn main() {}
