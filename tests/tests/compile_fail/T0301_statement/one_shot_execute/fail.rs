// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_diesel::tenants::{Tenants, TenantsError};

pub async fn run(scope: &Scoped<i32>, tenants: &Tenants<AsyncPgConnection>) -> Result<usize, TenantsError> {
    tenants.execute(scope, diesel::sql_query("DELETE FROM agents")).await
}

fn main() {}
