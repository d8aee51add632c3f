// L81
use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, move_rows};

tenancy_diesel::table! {
    boards (id) { id -> Integer, tenant_id -> Integer, title -> Text, }
    #[tenant_scoped(through = boards(board_id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> Text, }
}

pub fn hand_over(across: &CrossTenant, connection: &mut PgConnection) -> QueryResult<usize> {
    let _ = notes::table;
    move_rows(boards::table, across).from(1).to(2).find(3).execute(connection)
}

fn main() {}
