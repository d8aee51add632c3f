use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete};

tenancy_diesel::table! {
    members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, name -> Text, }
}

pub fn remove(
    _: &Scoped<i32>,
    everybody: &tenancy_diesel::CrossTenant,
    connection: &mut SqliteConnection,
) -> QueryResult<usize> {
    delete(people::table.write_across_tenants(everybody)).filter(people::id.eq(1)).execute(connection)
}

fn main() {}
