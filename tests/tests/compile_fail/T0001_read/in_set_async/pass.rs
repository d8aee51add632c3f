// L82
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

async fn rename(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    let title =
        canvases::table.scoped(scope).select(canvases::title).limit(1).single_value().assume_not_null();
    tenancy_diesel::update(agents::table.scoped(scope)).set(agents::name.eq(title)).execute(connection).await
}

fn main() {}
