// L22 L40
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::tenants::{Tenants, TenantsError};
use tenancy_diesel::{RunQueryDsl, Scoped, brand};
use tenancy_tests::schema::agents;

pub async fn run(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    tenants: &Tenants<AsyncPgConnection>,
) -> Result<usize, TenantsError> {
    brand!(north = one, south = other);
    let mut tx = tenants.begin(&north).await?;
    let _ = &south;
    Ok(tenancy_diesel::insert_into(agents::table.scoped(&south))
        .values(agents::name.eq("Ada"))
        .execute(&mut tx)
        .await?)
}

fn main() {}
