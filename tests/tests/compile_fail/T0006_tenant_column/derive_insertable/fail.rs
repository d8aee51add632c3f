// L30, L80, F12
use diesel::prelude::*;
use tenancy_tests::schema::agents;

#[derive(Insertable)]
#[diesel(table_name = agents)]
pub struct NewAgent {
    pub tenant_id: i32,
    pub name: String,
}

fn main() {}
