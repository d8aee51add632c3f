use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete};

tenancy_diesel::table! {
    members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, name -> Text, }
}

pub fn remove(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    delete(people::table.scoped(scope).filter(people::id.eq(1))).execute(connection)
}

fn main() {}
