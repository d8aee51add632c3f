// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

pub fn hire(names: Vec<&str>, scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    let new: Vec<_> = names.into_iter().map(|name| agents::name.eq(name)).collect();
    tenancy_diesel::insert_into(agents::table.scoped(scope)).values(new).execute(connection)
}

fn main() {}
