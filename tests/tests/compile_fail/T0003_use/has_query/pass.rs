use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

#[derive(HasQuery)]
#[diesel(table_name = agents)]
pub struct Name {
    pub name: String,
}

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<Name>> {
    agents::table.scoped(scope).select(Name::as_select()).load(connection)
}

fn main() {}
