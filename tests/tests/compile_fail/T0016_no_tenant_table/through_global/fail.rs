tenancy_diesel::table! {
    #![tenant_global(boards)]
    boards (id) { id -> Integer, }
    #[tenant_scoped(through = boards(board_id))]
    notes (id) { id -> Integer, board_id -> Integer, }
}

fn main() {}
