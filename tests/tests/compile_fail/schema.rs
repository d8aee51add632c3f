diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
    }
}

diesel::table! {
    plans (id) {
        id -> Integer,
    }
}
