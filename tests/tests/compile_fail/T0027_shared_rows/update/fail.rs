use diesel::prelude::*;
use tenancy_diesel::{Scoped, update};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
}

pub fn change(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    update(presets::table.scoped(scope).or_shared()).set(presets::name.eq("x")).execute(connection)
}

fn main() {}
