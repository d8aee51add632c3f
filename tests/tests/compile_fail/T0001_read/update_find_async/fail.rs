// L23
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

async fn rename(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    diesel::update(agents::table.find(1)).set(agents::name.eq("Ada")).execute(connection).await
}

fn main() {}
