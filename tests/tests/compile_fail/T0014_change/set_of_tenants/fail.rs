use diesel::prelude::*;
use tenancy_diesel::{ScopedSet, update};

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
}

pub fn change(set: &ScopedSet<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    update(boards::table.scoped(set)).set(boards::title.eq("x")).execute(connection)
}

fn main() {}
