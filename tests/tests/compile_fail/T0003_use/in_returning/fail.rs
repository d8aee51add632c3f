// L76
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn remove(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Option<i32>> {
    tenancy_diesel::delete(agents::table.scoped(scope))
        .returning(QueryDsl::select(canvases::table, canvases::score).single_value())
        .get_result(connection)
}

fn main() {}
