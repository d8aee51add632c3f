diesel::table! {
    agents (tenant_id, id) {
        tenant_id -> Integer,
        id -> Integer,
    }
}

diesel::table! {
    canvases (tenant_id, id) {
        tenant_id -> Integer,
        id -> Integer,
        agent_id -> Integer,
        plan_id -> Integer,
    }
}

diesel::table! {
    grants (tenant_id, agent_id, canvas_id) {
        tenant_id -> Integer,
        agent_id -> Integer,
        canvas_id -> Integer,
    }
}

diesel::table! {
    plans (id) {
        id -> Integer,
    }
}

pub mod accounting {
    diesel::table! {
        accounting.invoices (tenant_id, id) {
            tenant_id -> Integer,
            id -> Integer,
            agent_id -> Integer,
        }
    }
}

diesel::joinable!(canvases -> plans (plan_id));

diesel::allow_tables_to_appear_in_same_query!(agents, canvases, plans);
