// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "organization_kind"))]
    pub struct OrganizationKind;
}

diesel::table! {
    attachments (id) {
        #[max_length = 40]
        id -> Varchar,
        #[max_length = 36]
        item_uuid -> Varchar,
        file_name -> Text,
        file_size -> Int8,
        akey -> Nullable<Text>,
    }
}

diesel::table! {
    auth_requests (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        person_uuid -> Varchar,
        #[max_length = 36]
        device -> Varchar,
        request_ip -> Inet,
        access_code -> Bytea,
        approved -> Nullable<Bool>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    breach_sources (id) {
        id -> Int4,
        name -> Text,
        seen_on -> Date,
    }
}

diesel::table! {
    collection_groups (collection_uuid, group_uuid) {
        #[max_length = 36]
        collection_uuid -> Varchar,
        #[max_length = 36]
        group_uuid -> Varchar,
        read_only -> Bool,
    }
}

diesel::table! {
    collection_people (collection_uuid, membership_uuid) {
        #[max_length = 36]
        collection_uuid -> Varchar,
        #[max_length = 36]
        membership_uuid -> Varchar,
        read_only -> Bool,
        hide_passwords -> Bool,
        manage -> Bool,
    }
}

diesel::table! {
    collections (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Varchar,
        name -> Text,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    devices (uuid, person_uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        person_uuid -> Varchar,
        name -> Text,
        kind -> Int2,
        push_token -> Nullable<Text>,
        refresh_hash -> Bytea,
        last_ip -> Nullable<Inet>,
    }
}

diesel::table! {
    equivalent_domains (id) {
        id -> Int4,
        #[max_length = 36]
        organization_uuid -> Nullable<Varchar>,
        domains -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    events (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Varchar,
        kind -> Int4,
        #[max_length = 36]
        actor_uuid -> Nullable<Varchar>,
        #[max_length = 36]
        item_uuid -> Nullable<Varchar>,
        #[max_length = 36]
        collection_uuid -> Nullable<Varchar>,
        address -> Nullable<Inet>,
        at -> Timestamp,
    }
}

diesel::table! {
    favourites (membership_uuid, item_uuid) {
        #[max_length = 36]
        membership_uuid -> Varchar,
        #[max_length = 36]
        item_uuid -> Varchar,
    }
}

diesel::table! {
    folder_items (item_uuid, folder_uuid) {
        #[max_length = 36]
        folder_uuid -> Varchar,
        #[max_length = 36]
        item_uuid -> Varchar,
    }
}

diesel::table! {
    folders (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        membership_uuid -> Varchar,
        name -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    group_memberships (group_uuid, membership_uuid) {
        #[max_length = 36]
        group_uuid -> Varchar,
        #[max_length = 36]
        membership_uuid -> Varchar,
    }
}

diesel::table! {
    groups (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Varchar,
        #[max_length = 100]
        name -> Varchar,
        access_all -> Bool,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    icons (domain) {
        domain -> Citext,
        image -> Bytea,
        fetched_at -> Timestamp,
    }
}

diesel::table! {
    invitations (organization_uuid, email) {
        #[max_length = 36]
        organization_uuid -> Varchar,
        email -> Citext,
        token_hash -> Bytea,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    item_collections (item_uuid, collection_uuid) {
        #[max_length = 36]
        item_uuid -> Varchar,
        #[max_length = 36]
        collection_uuid -> Varchar,
    }
}

diesel::table! {
    item_kinds (code) {
        code -> Int2,
        name -> Text,
    }
}

diesel::table! {
    item_templates (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Nullable<Varchar>,
        name -> Text,
        kind -> Int2,
    }
}

diesel::table! {
    item_versions (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        item_uuid -> Varchar,
        number -> Int4,
        data -> Jsonb,
    }
}

diesel::table! {
    items (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Varchar,
        kind -> Int2,
        name -> Text,
        notes -> Nullable<Text>,
        fields -> Nullable<Jsonb>,
        data -> Jsonb,
        tags -> Array<Nullable<Text>>,
        reprompt -> Nullable<Int2>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    memberships (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Varchar,
        #[max_length = 36]
        person_uuid -> Varchar,
        role -> Int2,
        status -> Int2,
        akey -> Text,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    organization_api_keys (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Varchar,
        kind -> Int2,
        key_hash -> Bytea,
        revised_at -> Timestamp,
    }
}

diesel::table! {
    organization_policies (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Varchar,
        kind -> Int2,
        enabled -> Bool,
        data -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::OrganizationKind;

    organizations (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 80]
        name -> Varchar,
        kind -> OrganizationKind,
        billing_email -> Nullable<Citext>,
        public_key -> Nullable<Text>,
        private_key -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    people (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        email -> Citext,
        name -> Text,
        password_hash -> Bytea,
        salt -> Bytea,
        kdf -> Jsonb,
        security_stamp -> Text,
        verified_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    person_keys (person_uuid) {
        #[max_length = 36]
        person_uuid -> Varchar,
        akey -> Text,
        public_key -> Nullable<Text>,
        private_key -> Nullable<Text>,
    }
}

diesel::table! {
    policy_kinds (code) {
        code -> Int2,
        name -> Text,
        default_data -> Nullable<Jsonb>,
    }
}

diesel::table! {
    send_accesses (id) {
        id -> Int8,
        #[max_length = 36]
        send_uuid -> Varchar,
        address -> Nullable<Inet>,
        at -> Timestamp,
    }
}

diesel::table! {
    sends (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        organization_uuid -> Varchar,
        #[max_length = 36]
        sender_uuid -> Nullable<Varchar>,
        kind -> Int2,
        access_hash -> Bytea,
        data -> Bytea,
        max_accesses -> Nullable<Int4>,
        open -> Tsrange,
    }
}

diesel::table! {
    template_fields (template_uuid, name) {
        #[max_length = 36]
        template_uuid -> Varchar,
        name -> Text,
        hidden -> Bool,
    }
}

diesel::table! {
    trusted_contacts (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        person_uuid -> Varchar,
        #[max_length = 36]
        contact_uuid -> Nullable<Varchar>,
        email -> Nullable<Citext>,
        status -> Int2,
        wait -> Interval,
    }
}

diesel::table! {
    two_factors (uuid) {
        #[max_length = 36]
        uuid -> Varchar,
        #[max_length = 36]
        person_uuid -> Varchar,
        kind -> Int2,
        enabled -> Bool,
        data -> Text,
        last_used -> Int8,
    }
}

diesel::joinable!(attachments -> items (item_uuid));
diesel::joinable!(auth_requests -> people (person_uuid));
diesel::joinable!(collection_groups -> collections (collection_uuid));
diesel::joinable!(collection_groups -> groups (group_uuid));
diesel::joinable!(collection_people -> collections (collection_uuid));
diesel::joinable!(collection_people -> memberships (membership_uuid));
diesel::joinable!(collections -> organizations (organization_uuid));
diesel::joinable!(devices -> people (person_uuid));
diesel::joinable!(equivalent_domains -> organizations (organization_uuid));
diesel::joinable!(events -> organizations (organization_uuid));
diesel::joinable!(favourites -> items (item_uuid));
diesel::joinable!(favourites -> memberships (membership_uuid));
diesel::joinable!(folder_items -> folders (folder_uuid));
diesel::joinable!(folder_items -> items (item_uuid));
diesel::joinable!(folders -> memberships (membership_uuid));
diesel::joinable!(group_memberships -> groups (group_uuid));
diesel::joinable!(group_memberships -> memberships (membership_uuid));
diesel::joinable!(groups -> organizations (organization_uuid));
diesel::joinable!(invitations -> organizations (organization_uuid));
diesel::joinable!(item_collections -> collections (collection_uuid));
diesel::joinable!(item_collections -> items (item_uuid));
diesel::joinable!(item_templates -> item_kinds (kind));
diesel::joinable!(item_templates -> organizations (organization_uuid));
diesel::joinable!(item_versions -> items (item_uuid));
diesel::joinable!(items -> item_kinds (kind));
diesel::joinable!(items -> organizations (organization_uuid));
diesel::joinable!(memberships -> organizations (organization_uuid));
diesel::joinable!(memberships -> people (person_uuid));
diesel::joinable!(organization_api_keys -> organizations (organization_uuid));
diesel::joinable!(organization_policies -> organizations (organization_uuid));
diesel::joinable!(organization_policies -> policy_kinds (kind));
diesel::joinable!(person_keys -> people (person_uuid));
diesel::joinable!(send_accesses -> sends (send_uuid));
diesel::joinable!(sends -> memberships (sender_uuid));
diesel::joinable!(sends -> organizations (organization_uuid));
diesel::joinable!(template_fields -> item_templates (template_uuid));
diesel::joinable!(two_factors -> people (person_uuid));

diesel::allow_tables_to_appear_in_same_query!(
    attachments,
    auth_requests,
    breach_sources,
    collection_groups,
    collection_people,
    collections,
    devices,
    equivalent_domains,
    events,
    favourites,
    folder_items,
    folders,
    group_memberships,
    groups,
    icons,
    invitations,
    item_collections,
    item_kinds,
    item_templates,
    item_versions,
    items,
    memberships,
    organization_api_keys,
    organization_policies,
    organizations,
    people,
    person_keys,
    policy_kinds,
    send_accesses,
    sends,
    template_fields,
    trusted_contacts,
    two_factors,
);
