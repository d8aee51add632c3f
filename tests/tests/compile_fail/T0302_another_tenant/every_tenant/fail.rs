// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::tenants::{Tenants, TenantsError};
use tenancy_diesel::{CrossTenant, RunQueryDsl, Scoped};
use tenancy_tests::schema::agents;

pub async fn run(
    scope: &Scoped<i32>,
    support: &CrossTenant,
    tenants: &Tenants<AsyncPgConnection>,
) -> Result<Vec<String>, TenantsError> {
    let _ = scope;
    let mut tx = tenants.begin(scope).await?;
    Ok(agents::table.across_tenants(support).select(agents::name).load(&mut tx).await?)
}

fn main() {}
