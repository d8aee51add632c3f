use diesel::prelude::*;
use tenancy_diesel::{ScopedSet, update};

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
}

pub fn change(set: &ScopedSet<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let Some(one) = set.one(&7) else { return Ok(0) };
    update(boards::table.scoped(&one)).set(boards::title.eq("x")).execute(connection)
}

fn main() {}
