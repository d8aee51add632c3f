use diesel::prelude::*;
use tenancy_diesel::{Scoped, insert_into};

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
    #[tenant_scoped(through = boards(board_id = id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> Text, }
}

pub fn add(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    insert_into(notes::table.scoped(scope)).default_values().execute(connection)
}

fn main() {}
