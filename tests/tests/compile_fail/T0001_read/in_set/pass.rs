// L82
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

fn rename(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let title =
        canvases::table.scoped(scope).select(canvases::title).limit(1).single_value().assume_not_null();
    tenancy_diesel::update(agents::table.scoped(scope)).set(agents::name.eq(title)).execute(connection)
}

fn main() {}
