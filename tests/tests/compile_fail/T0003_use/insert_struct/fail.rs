// L31
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

#[derive(Insertable)]
#[diesel(table_name = agents)]
pub struct NewAgent {
    pub name: String,
}

fn hire(scope: &Scoped<i32>, new: &NewAgent, connection: &mut PgConnection) -> QueryResult<usize> {
    diesel::insert_into(agents::table).values(new).execute(connection)
}

fn main() {}
