use diesel::prelude::*;
use tenancy_diesel::{Scoped, insert_into};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
}

pub fn add(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    insert_into(presets::table.scoped(scope)).values(presets::name.eq("x")).execute(connection)
}

fn main() {}
