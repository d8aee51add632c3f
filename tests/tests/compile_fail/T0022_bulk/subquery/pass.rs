// L82
use diesel::prelude::*;
use tenancy_diesel::{Scoped, insert_into};
use tenancy_tests::schema::{agents, canvases};

pub fn run(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    let title = canvases::table.scoped(scope).select(canvases::title).filter(canvases::id.eq(1));
    let title: String = title.get_result(connection)?;
    let rows = [(agents::id.eq(1), agents::name.eq(title))];
    insert_into(agents::table.scoped(scope)).bulk(rows).execute(connection)
}

fn main() {}
