use diesel::prelude::*;
use tenancy_diesel::Scoped;

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
}

pub fn read(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<i32>> {
    presets::table.scoped(scope).or_shared().select(presets::id).load(connection)
}

fn main() {}
