// L80
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn hire(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let title =
        QueryDsl::select(canvases::table.scoped(scope), canvases::title).single_value().assume_not_null();
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values(agents::name.eq(title))
        .execute(connection)
}

fn main() {}
