// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

#[derive(Insertable)]
#[diesel(table_name = agents)]
pub struct New<'a> {
    id: i32,
    name: &'a str,
}

pub fn hire(new: New<'_>, scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    diesel::insert_into(agents::table.scoped(scope)).values(new).execute(connection)
}

fn main() {}
