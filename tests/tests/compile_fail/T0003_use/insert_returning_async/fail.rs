use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

async fn hire(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<i32> {
    diesel::insert_into(agents::table)
        .values(agents::name.eq("Ada"))
        .returning(agents::id)
        .get_result(connection)
        .await
}

fn main() {}
