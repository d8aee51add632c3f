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
