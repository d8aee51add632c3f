// L30
use diesel::prelude::*;
use tenancy_diesel::{Scoped, update};
use tenancy_tests::schema::agents;

fn hand_over(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    update(agents::table.scoped(scope))
        .set((agents::name.eq("Ada"), (agents::plan_id.eq(1), Some(agents::manager_id.eq(7)))))
        .execute(connection)
}

fn main() {}
