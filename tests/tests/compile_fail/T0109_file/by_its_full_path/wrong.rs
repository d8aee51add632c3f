::diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
    }
}
