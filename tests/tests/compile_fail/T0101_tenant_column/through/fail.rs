tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, }
    #[tenant_scoped(through = boards(canvas_id = id))]
    notes (id) { id -> Integer, board_id -> Integer, }
}

fn main() {}
