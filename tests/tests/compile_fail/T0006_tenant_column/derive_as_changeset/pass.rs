// L30, L81, F12
use diesel::prelude::*;
use tenancy_tests::schema::agents;

#[derive(AsChangeset)]
#[diesel(table_name = agents)]
pub struct Changes {
    pub name: String,
}

fn main() {}
