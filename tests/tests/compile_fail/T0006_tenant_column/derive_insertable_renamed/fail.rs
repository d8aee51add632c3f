// L30
use diesel::prelude::*;
use tenancy_tests::schema::agents;

#[derive(Insertable)]
#[diesel(table_name = agents)]
pub struct NewAgent {
    #[diesel(column_name = tenant_id)]
    pub company: i32,
    pub name: String,
}

fn main() {}
