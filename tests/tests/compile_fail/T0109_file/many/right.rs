diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
    }
}

diesel::table! {
    canvases (id) {
        id -> Integer,
        tenant_id -> Integer,
        agent_id -> Integer,
    }
}

diesel::table! {
    plans (id) {
        id -> Integer,
    }
}

diesel::joinable!(canvases -> agents (agent_id));

diesel::allow_tables_to_appear_in_same_query!(agents, canvases, plans);
