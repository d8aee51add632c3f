use diesel::prelude::*;
use tenancy_tests::schema::agents;

#[derive(HasQuery)]
#[diesel(table_name = agents)]
pub struct Name {
    pub name: String,
}

fn main() {}
