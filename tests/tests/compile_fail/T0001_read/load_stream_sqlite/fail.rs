#![allow(unused_imports)]
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{AgentRow, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<AgentRow>> {
    use futures_util::TryStreamExt;

    agents::table.load_stream(connection).await?.try_collect().await
}

fn main() {}
