use diesel::prelude::*;
use tenancy_diesel::{AdmissionDoor, Scoped, delete};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, admission(token))]
    keys (id) { id -> Integer, tenant_id -> Integer, token -> Text, name -> Text, }
}

pub fn remove(
    _: &AdmissionDoor,
    scope: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<usize> {
    delete(keys::table.scoped(scope)).filter(keys::token.eq("x")).execute(connection)
}

fn main() {}
