// L85
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_diesel::tenants::{Tenants, TenantsError};

pub async fn run(scope: &Scoped<i32>, tenants: &Tenants<AsyncPgConnection>) -> Result<(), TenantsError> {
    let _tx = tenancy_diesel::tenants::TenantTx::<AsyncPgConnection, i32> {
        scope: scope.clone(),
        ..tenants.begin(scope).await?
    };
    Ok(())
}

fn main() {}
