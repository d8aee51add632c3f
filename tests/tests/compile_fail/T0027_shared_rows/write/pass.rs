use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, delete};

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
}

pub fn purge(everybody: &CrossTenant, connection: &mut SqliteConnection) -> QueryResult<usize> {
    delete(presets::table.write_across_tenants(everybody).shared()).execute(connection)
}

fn main() {}
