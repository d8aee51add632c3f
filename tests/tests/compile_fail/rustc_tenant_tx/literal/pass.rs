// L85
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_diesel::tenants::{Tenants, TenantsError};

pub async fn run(scope: &Scoped<i32>, tenants: &Tenants<AsyncPgConnection>) -> Result<(), TenantsError> {
    let _tx = tenants.begin(scope).await?;
    Ok(())
}

fn main() {}
