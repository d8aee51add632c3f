use diesel::prelude::*;
use tenancy_diesel::Scoped;

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
}

pub fn all(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<i32>> {
    let others = tenancy_diesel::alias!(presets as others);
    others.scoped(scope).or_shared().select(others.field(presets::id)).load(connection)
}

fn main() {}
