// L31
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

async fn hire(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    diesel::insert_into(agents::table).values(agents::name.eq("Ada")).execute(connection).await
}

fn main() {}
