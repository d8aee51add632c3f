// L24
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.scoped(scope)).execute(connection).await
}

fn main() {}
