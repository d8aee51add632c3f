//! The tables that the cases share: two of tenants, and one global.
#![allow(missing_docs)] // Diesel documents what it generates only where the declaration does

tenancy_diesel::table! {
    #![tenant_global(plans)]

    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        manager_id -> Nullable<Integer>,
        plan_id -> Nullable<Integer>,
        name -> Text,
    }

    canvases (id) {
        id -> Integer,
        tenant_id -> Integer,
        agent_id -> Integer,
        title -> Text,
        score -> Integer,
    }

    plans (id) {
        id -> Integer,
        name -> Text,
    }
}

diesel::joinable!(canvases -> agents (agent_id));
diesel::joinable!(agents -> plans (plan_id));
diesel::allow_tables_to_appear_in_same_query!(agents, canvases, plans);
