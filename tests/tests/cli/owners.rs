// @generated automatically by Diesel CLI.

diesel::table! {
    canvases (id) {
        id -> Int4,
        workspace_id -> Int4,
        title -> Text,
    }
}

diesel::table! {
    orgs (id) {
        id -> Int4,
        title -> Text,
    }
}

diesel::table! {
    workspaces (id) {
        id -> Int4,
        org_id -> Int4,
        name -> Text,
    }
}

diesel::joinable!(canvases -> workspaces (workspace_id));
diesel::joinable!(workspaces -> orgs (org_id));

diesel::allow_tables_to_appear_in_same_query!(canvases, orgs, workspaces,);
