// L63
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

#[derive(Insertable)]
#[diesel(table_name = agents, treat_none_as_default_value = false)]
pub struct NewAgent {
    pub name: String,
}

fn hire(scope: &Scoped<i32>, new: Vec<NewAgent>, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.scoped(scope)).values(new).execute(connection)
}

fn main() {}
