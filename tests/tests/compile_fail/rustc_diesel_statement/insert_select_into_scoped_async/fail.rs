// L31
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    agents::table
        .scoped(scope)
        .select(agents::name)
        .insert_into(agents::table.scoped(scope))
        .into_columns(agents::name)
        .execute(connection)
        .await
}

fn main() {}
