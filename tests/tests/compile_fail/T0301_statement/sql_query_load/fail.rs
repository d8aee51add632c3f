// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{RunQueryDsl, TenantTransaction};

#[derive(QueryableByName)]
pub struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub name: String,
}

pub async fn run(
    scope: &Scoped<i32>,
    tx: &mut TenantTransaction<AsyncPgConnection, i32>,
) -> QueryResult<Vec<Named>> {
    let _ = scope;
    diesel::sql_query("SELECT name FROM agents").load(tx).await
}

fn main() {}
