// @generated automatically by Diesel CLI.

diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        manager_id -> Nullable<Integer>,
        name -> Text,
        email -> Text,
        state -> Text,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    canvases (tenant_id, id) {
        tenant_id -> Integer,
        id -> Integer,
        agent_id -> Integer,
        title -> Text,
        score -> Integer,
        drawn_at -> Timestamp,
    }
}

diesel::table! {
    endpoints (id) {
        id -> Integer,
        tenant_id -> Integer,
        secret_hash -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> Integer,
        tenant_id -> Integer,
        kind -> Text,
        done -> Bool,
    }
}

diesel::table! {
    memberships (user_id, tenant_id) {
        user_id -> Integer,
        tenant_id -> Integer,
        role -> Text,
    }
}

diesel::table! {
    plans (id) {
        id -> Integer,
        name -> Text,
    }
}

diesel::table! {
    settings (tenant_id) {
        tenant_id -> Integer,
        theme -> Text,
    }
}

diesel::table! {
    support_grants (staff_id, tenant_id) {
        staff_id -> Integer,
        tenant_id -> Integer,
        until -> Timestamp,
    }
}

diesel::table! {
    tags (tenant_id, name) {
        tenant_id -> Integer,
        name -> Text,
        uses -> Integer,
    }
}

diesel::table! {
    templates (id) {
        id -> Integer,
        tenant_id -> Nullable<Integer>,
        title -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Integer,
        email -> Text,
    }
}

diesel::joinable!(memberships -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    agents,
    canvases,
    endpoints,
    jobs,
    memberships,
    plans,
    settings,
    support_grants,
    tags,
    templates,
    users,
);
