use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
}

pub fn remove(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    delete(presets::table.scoped(scope)).filter(presets::name.eq("x")).execute(connection)
}

fn main() {}
