// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};

#[derive(QueryableByName)]
pub struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub name: String,
}

pub async fn run(
    scope: &Scoped<i32>,
    tenants: &TenantPool<AsyncPgConnection>,
) -> Result<Vec<Named>, PoolError> {
    tenants.load(scope, diesel::sql_query("SELECT name FROM agents")).await
}

fn main() {}
