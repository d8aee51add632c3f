// L31
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::{agents, plans};

async fn copy(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<usize> {
    agents::table
        .select(agents::name)
        .insert_into(plans::table)
        .into_columns(plans::name)
        .execute(connection)
        .await
}

fn main() {}
