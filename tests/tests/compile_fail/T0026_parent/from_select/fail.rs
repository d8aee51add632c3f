use diesel::prelude::*;
use tenancy_diesel::{Scoped, insert_into};

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
    #[tenant_scoped(through = boards(board_id = id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> Text, }
}

pub fn copy(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let rows = notes::table.scoped(scope).select((notes::board_id, notes::body));
    insert_into(notes::table.scoped(scope))
        .from_select(rows, (notes::board_id, notes::body))
        .execute(connection)
}

fn main() {}
