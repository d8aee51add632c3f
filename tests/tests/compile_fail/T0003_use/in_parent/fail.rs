use diesel::prelude::*;
use tenancy_diesel::{Scoped, insert_into};

tenancy_diesel::table! {
    boards (id) { id -> Integer, tenant_id -> Integer, title -> Text, }
    #[tenant_scoped(through = boards(board_id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> Text, }
}
diesel::allow_tables_to_appear_in_same_query!(boards, notes);

pub fn add(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let board = QueryDsl::select(boards::table, boards::id).single_value().assume_not_null();
    insert_into(notes::table.scoped(scope))
        .values((notes::board_id.eq(board), notes::body.eq("new")))
        .execute(connection)
}

fn main() {}
