// L12
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::dsl::count_star;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<(Option<i32>, i64)>> {
    agents::table.group_by(agents::plan_id).select((agents::plan_id, count_star())).load(connection)
}

fn main() {}
