// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_diesel::tenants::{Tenants, TenantsError};
use tenancy_tests::schema::agents;

pub async fn run(scope: &Scoped<i32>, tenants: &Tenants<AsyncPgConnection>) -> Result<usize, TenantsError> {
    tenants.execute(scope, tenancy_diesel::delete(agents::table.scoped(scope))).await
}

fn main() {}
