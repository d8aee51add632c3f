use diesel::prelude::*;
use tenancy_tests::schema::plans;

#[derive(HasQuery)]
#[diesel(table_name = plans)]
pub struct Plan {
    pub name: String,
}

fn main() {}
