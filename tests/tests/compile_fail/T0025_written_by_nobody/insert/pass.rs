use diesel::prelude::*;
use tenancy_diesel::{Scoped, insert_into};

tenancy_diesel::table! {
    members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, name -> Text, }
}

pub fn add(
    _: &Scoped<i32>,
    everybody: &tenancy_diesel::CrossTenant,
    connection: &mut SqliteConnection,
) -> QueryResult<usize> {
    insert_into(people::table.write_across_tenants(everybody))
        .values(people::name.eq("Ann"))
        .execute(connection)
}

fn main() {}
