use diesel::prelude::*;
use tenancy_tests::schema::agents;

#[derive(HasQuery)]
#[diesel(table_name = agents, base_query = agents::table.order(agents::name))]
pub struct Name {
    pub name: String,
}

fn main() {}
