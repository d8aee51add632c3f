// L68
use diesel::prelude::*;
use tenancy_diesel::{Claimed, Scoped};
use tenancy_tests::schema::agents;

pub fn count(claim: &Claimed<i32>, scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<i64> {
    let managers = tenancy_diesel::alias!(agents as managers);
    managers.scoped(scope).count().get_result(connection)
}

fn main() {}
