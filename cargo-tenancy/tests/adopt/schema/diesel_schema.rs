// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "plan"))]
    pub struct Plan;
}

diesel::table! {
    attachments (id) {
        id -> Int4,
        note_id -> Int8,
        #[sql_name = "type"]
        #[max_length = 20]
        type_ -> Varchar,
    }
}

diesel::table! {
    boards (id) {
        id -> Int4,
        organization_id -> Nullable<Int4>,
        title -> Text,
        parent_id -> Nullable<Int4>,
    }
}

diesel::table! {
    labels (id) {
        id -> Int4,
        org -> Int4,
        name -> Text,
    }
}

diesel::table! {
    memberships (organization_id, user_id) {
        organization_id -> Int4,
        user_id -> Int4,
    }
}

diesel::table! {
    notes (id) {
        id -> Int8,
        board_id -> Int4,
        reply_to -> Nullable<Int8>,
        slug -> Nullable<Text>,
        body -> Text,
    }
}

diesel::table! {
    notes_labels (note_id, label_id) {
        note_id -> Int8,
        label_id -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Plan;

    organizations (id) {
        id -> Int4,
        name -> Text,
        plan -> Plan,
    }
}

diesel::table! {
    plans (name) {
        #[max_length = 20]
        name -> Varchar,
    }
}

diesel::table! {
    presets (id) {
        id -> Int4,
        organization_id -> Nullable<Int4>,
        name -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Int4,
        email -> Text,
    }
}

diesel::joinable!(attachments -> notes (note_id));
diesel::joinable!(boards -> organizations (organization_id));
diesel::joinable!(labels -> organizations (org));
diesel::joinable!(memberships -> organizations (organization_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(notes -> boards (board_id));
diesel::joinable!(notes_labels -> labels (label_id));
diesel::joinable!(notes_labels -> notes (note_id));
diesel::joinable!(presets -> organizations (organization_id));

diesel::allow_tables_to_appear_in_same_query!(
    attachments,
    boards,
    labels,
    memberships,
    notes,
    notes_labels,
    organizations,
    plans,
    presets,
    users,
);
