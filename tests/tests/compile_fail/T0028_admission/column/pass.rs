use diesel::prelude::*;
use tenancy_diesel::AdmissionDoor;

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, admission(token))]
    keys (id) { id -> Integer, tenant_id -> Integer, token -> Text, name -> Text, }
}

pub fn find(door: &AdmissionDoor, connection: &mut SqliteConnection) -> QueryResult<Vec<i32>> {
    keys::table.before_admission(door, keys::token, "x").select(keys::tenant_id).load(connection)
}

fn main() {}
