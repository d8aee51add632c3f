// L17
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{Agent, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

use diesel::associations::HasTable;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<String>> {
    Agent::table().scoped(scope).select(agents::name).load(connection).await
}

fn main() {}
