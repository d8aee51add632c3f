// @generated automatically by Diesel CLI.

diesel::table! {
    agents (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        plan_id -> Int4,
        email -> Text,
        name -> Text,
    }
}

diesel::table! {
    canvases (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        agent_id -> Uuid,
        title -> Text,
    }
}

diesel::table! {
    memberships (user_id, tenant_id) {
        user_id -> Uuid,
        tenant_id -> Uuid,
    }
}

diesel::table! {
    plans (id) {
        id -> Int4,
        name -> Text,
    }
}

diesel::table! {
    tenants (id) {
        id -> Uuid,
        name -> Text,
    }
}

diesel::joinable!(agents -> plans (plan_id));
diesel::joinable!(agents -> tenants (tenant_id));
diesel::joinable!(canvases -> tenants (tenant_id));
diesel::joinable!(memberships -> tenants (tenant_id));

diesel::allow_tables_to_appear_in_same_query!(agents, canvases, memberships, plans, tenants);
