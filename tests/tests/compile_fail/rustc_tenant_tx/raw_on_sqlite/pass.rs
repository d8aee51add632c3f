// L20
use tenancy_diesel::Scoped;
use tenancy_diesel::tenants::{Tenants, TenantsError};
use tenancy_tests::cases::AsyncSqliteConnection;

pub async fn run(scope: &Scoped<i32>, tenants: &Tenants<AsyncSqliteConnection>) -> Result<(), TenantsError> {
    let tx = tenants.begin(scope).await?;
    tx.commit().await
}

fn main() {}
