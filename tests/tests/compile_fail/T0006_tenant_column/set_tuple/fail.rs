// L30, L81
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn move_out(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.scoped(scope))
        .set((agents::name.eq("Ada"), agents::tenant_id.eq(7)))
        .execute(connection)
}

fn main() {}
