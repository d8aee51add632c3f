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

use tenancy_tests::schema::agents;

pub async fn run(
    scope: &Scoped<i32>,
    tenants: &TenantPool<AsyncPgConnection>,
) -> Result<Vec<Named>, PoolError> {
    let names: Vec<String> = tenants.load(scope, agents::table.scoped(scope).select(agents::name)).await?;
    Ok(names.into_iter().map(|name| Named { name }).collect())
}

fn main() {}
