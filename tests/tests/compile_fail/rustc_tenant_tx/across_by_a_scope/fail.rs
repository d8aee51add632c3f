// L85
use diesel_async::AsyncPgConnection;
use tenancy_diesel::tenants::{Tenants, TenantsError};
use tenancy_diesel::{CrossTenant, Scoped};

pub async fn run(
    scope: &Scoped<i32>,
    support: &CrossTenant,
    tenants: &Tenants<AsyncPgConnection>,
) -> Result<(), TenantsError> {
    let _ = support;
    let tx = tenants.across(scope).begin().await?;
    tx.commit().await
}

fn main() {}
