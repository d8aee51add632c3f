// L85
use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, Scoped, move_rows};
use tenancy_tests::schema::agents;

pub fn hand_over(
    scope: &Scoped<i32>,
    all: &CrossTenant,
    connection: &mut PgConnection,
) -> QueryResult<usize> {
    let (own, _) = (*scope.tenant(), all);
    move_rows(agents::table, scope).from(own).to(2).find(3).execute(connection)
}

fn main() {}
