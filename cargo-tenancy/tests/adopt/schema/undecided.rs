diesel::table! {
    boards_labels (board_id, label_id) {
        board_id -> Int4,
        label_id -> Int4,
    }
}

diesel::table! {
    charges (id, note_id) {
        id -> Int4,
        note_id -> Int8,
    }
}

diesel::table! {
    events (id) {
        id -> Int4,
        board_id -> Nullable<Int4>,
        what -> Text,
    }
}

diesel::table! {
    imports (id) {
        id -> Int4,
        organization_id -> Varchar,
    }
}

diesel::table! {
    nowhere (id) {
        id -> Int4,
    }
}

diesel::table! {
    titles (id) {
        id -> Int4,
        title -> Text,
    }
}

diesel::table! {
    transfers (id) {
        id -> Int4,
        from_organization -> Int4,
        to_organization -> Int4,
    }
}
