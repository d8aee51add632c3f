// L03
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, plans};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<String>> {
    plans::table.inner_join(agents::table).select(plans::name).load(connection).await
}

fn main() {}
