use diesel::prelude::*;
use tenancy_diesel::{AdmissionDoor, Scoped, delete};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, admission(token))]
    keys (id) { id -> Integer, tenant_id -> Integer, token -> Text, name -> Text, }
}

pub fn remove(
    door: &AdmissionDoor,
    _: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<usize> {
    delete(keys::table.before_admission(door, keys::token, "x")).execute(connection)
}

fn main() {}
