// L30
use diesel::prelude::*;
use tenancy_diesel::{Scoped, update};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
}

/// Everybody's, from now on.
pub fn publish(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    update(presets::table.scoped(scope)).set(presets::tenant_id.eq(None::<i32>)).execute(connection)
}

fn main() {}
