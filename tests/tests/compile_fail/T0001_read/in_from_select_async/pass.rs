// L31
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

async fn copy(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    let titles = canvases::table.scoped(scope).select((canvases::id, canvases::title));
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .from_select(titles, (agents::id, agents::name))
        .execute(connection)
        .await
}

fn main() {}
