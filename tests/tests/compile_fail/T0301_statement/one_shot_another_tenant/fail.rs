// L22 L40
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::tenants::{Tenants, TenantsError};
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::agents;

pub async fn run(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    tenants: &Tenants<AsyncPgConnection>,
) -> Result<Vec<String>, TenantsError> {
    brand!(north = one, south = other);
    let _ = &north;
    tenants.load(&north, agents::table.scoped(&south).select(agents::name)).await
}

fn main() {}
