// L85
use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, move_rows};
use tenancy_tests::schema::agents;

pub fn hand_over(across: &CrossTenant, connection: &mut PgConnection) -> QueryResult<usize> {
    move_rows(agents::table, across).from("1").to("2").find(3).execute(connection)
}

fn main() {}
