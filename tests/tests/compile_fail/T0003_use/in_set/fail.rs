// L82
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn rename(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    let title = QueryDsl::select(canvases::table, canvases::title).single_value().assume_not_null();
    tenancy_diesel::update(agents::table.scoped(scope)).set(agents::name.eq(title)).execute(connection)
}

fn main() {}
