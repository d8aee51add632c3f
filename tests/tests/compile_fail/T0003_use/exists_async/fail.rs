// L06
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::{agents, canvases};

use diesel::dsl::exists;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<String>> {
    agents::table.scoped(scope).filter(exists(canvases::table)).select(agents::name).load(connection).await
}

fn main() {}
