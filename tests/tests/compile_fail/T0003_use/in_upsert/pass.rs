// L27
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

pub fn run(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    let title =
        QueryDsl::select(canvases::table.scoped(scope), canvases::title).single_value().assume_not_null();
    tenancy_diesel::insert_into(agents::table.scoped(scope))
        .values((agents::id.eq(1), agents::name.eq("Ada")))
        .on_conflict(agents::id)
        .do_update()
        .set(agents::name.eq(title))
        .execute(connection)
}

fn main() {}
