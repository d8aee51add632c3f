//! The tables of [`schema`](crate::schema) as their keys are in the database, led by the tenant, and with the relations of
//! the library's own `joinable!`.
#![allow(missing_docs)] // Diesel documents what it generates only where the declaration does

tenancy_diesel::table! {
    #![tenant_global(plans)]

    agents (tenant_id, id) {
        tenant_id -> Integer,
        id -> Integer,
        plan_id -> Nullable<Integer>,
        name -> Text,
    }

    canvases (tenant_id, id) {
        tenant_id -> Integer,
        id -> Integer,
        agent_id -> Integer,
        title -> Text,
    }

    plans (id) {
        id -> Integer,
        name -> Text,
    }
}

tenancy_diesel::joinable!(canvases -> agents (agent_id));
tenancy_diesel::joinable!(agents -> plans (plan_id));
diesel::allow_tables_to_appear_in_same_query!(agents, canvases, plans);
