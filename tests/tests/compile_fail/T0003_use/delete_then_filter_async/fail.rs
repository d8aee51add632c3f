// L25
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

async fn remove(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    diesel::delete(agents::table).filter(agents::id.eq(1)).execute(connection).await
}

fn main() {}
