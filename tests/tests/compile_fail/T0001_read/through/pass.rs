use diesel::prelude::*;
use tenancy_diesel::Scoped;

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
    #[tenant_scoped(through = boards(board_id = id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> Text, }
}

pub fn read(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<i32>> {
    notes::table.scoped(scope).select(notes::id).load(connection)
}

fn main() {}
