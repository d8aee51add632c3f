// L24
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases};

fn rename(one: &Scoped<i32>, other: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    brand!(north = one, south = other);
    let drawing = canvases::table.scoped(&north).select(canvases::agent_id);
    tenancy_diesel::update(agents::table.scoped(&north).filter(agents::id.eq_any(drawing)))
        .set(agents::name.eq("Ada"))
        .execute(connection)
}

fn main() {}
