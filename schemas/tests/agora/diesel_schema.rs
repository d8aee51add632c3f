// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "flag_reason"))]
    pub struct FlagReason;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "member_role"))]
    pub struct MemberRole;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "point", schema = "pg_catalog"))]
    pub struct Point;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "thread_state"))]
    pub struct ThreadState;
}

diesel::table! {
    api_keys (id) {
        id -> Int8,
        community_id -> Int8,
        key_hash -> Bytea,
        scopes -> Array<Nullable<Text>>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> Int8,
        community_id -> Int8,
        actor_id -> Nullable<Int8>,
        action -> Text,
        from_address -> Nullable<Inet>,
        at -> Timestamptz,
    }
}

diesel::table! {
    badge_grants (community_id, badge_id, person_id) {
        community_id -> Int8,
        badge_id -> Int8,
        person_id -> Int8,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    badge_rules (id) {
        id -> Int8,
        badge_id -> Int8,
        condition -> Jsonb,
    }
}

diesel::table! {
    badges (id) {
        id -> Int8,
        community_id -> Nullable<Int8>,
        name -> Text,
        icon -> Nullable<Bytea>,
    }
}

diesel::table! {
    bans (id) {
        id -> Int8,
        community_id -> Int8,
        person_id -> Int8,
        during -> Tstzrange,
    }
}

diesel::table! {
    categories (id) {
        id -> Int8,
        community_id -> Int8,
        parent_id -> Nullable<Int8>,
        slug -> Text,
        title -> Text,
        position -> Int4,
    }
}

diesel::table! {
    category_permissions (category_id, group_id) {
        category_id -> Int8,
        group_id -> Int8,
        can_read -> Bool,
        can_post -> Bool,
    }
}

diesel::table! {
    category_watchers (category_id, person_id) {
        category_id -> Int8,
        person_id -> Int8,
        level -> Int2,
    }
}

diesel::table! {
    communities (id) {
        id -> Int8,
        slug -> Citext,
        #[max_length = 120]
        title -> Varchar,
        plan_id -> Int4,
        #[max_length = 8]
        locale_code -> Varchar,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    conversation_members (conversation_id, person_id) {
        conversation_id -> Int8,
        person_id -> Int8,
        muted -> Bool,
    }
}

diesel::table! {
    conversations (id) {
        id -> Int8,
        community_id -> Int8,
        subject -> Text,
    }
}

diesel::table! {
    event_guests (event_id, person_id) {
        event_id -> Int8,
        person_id -> Int8,
        answer -> Nullable<Bool>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Point;

    events (id) {
        id -> Int8,
        community_id -> Int8,
        thread_id -> Nullable<Int8>,
        title -> Text,
        during -> Tstzrange,
        place -> Nullable<Point>,
    }
}

diesel::table! {
    flag_notes (id) {
        id -> Int8,
        flag_id -> Int8,
        author_id -> Int8,
        body -> Text,
    }
}

diesel::table! {
    group_members (group_id, person_id) {
        group_id -> Int8,
        person_id -> Int8,
        added_at -> Timestamptz,
    }
}

diesel::table! {
    group_permissions (group_id, permission_code) {
        group_id -> Int8,
        permission_code -> Text,
    }
}

diesel::table! {
    groups (id) {
        id -> Int8,
        community_id -> Int8,
        name -> Citext,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::MemberRole;

    invitations (id) {
        id -> Int8,
        community_id -> Int8,
        token_hash -> Bytea,
        email -> Citext,
        role -> MemberRole,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    locales (code) {
        #[max_length = 8]
        code -> Varchar,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::MemberRole;

    members (community_id, person_id) {
        community_id -> Int8,
        person_id -> Int8,
        role -> MemberRole,
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    message_receipts (message_id, person_id) {
        message_id -> Int8,
        person_id -> Int8,
        seen_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    messages (id) {
        id -> Int8,
        conversation_id -> Int8,
        author_id -> Int8,
        body -> Text,
        sent_at -> Timestamptz,
    }
}

diesel::table! {
    moderation_actions (id) {
        id -> Int8,
        community_id -> Int8,
        moderator_id -> Int8,
        thread_id -> Nullable<Int8>,
        post_id -> Nullable<Int8>,
        action -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    notification_preferences (community_id, person_id, channel) {
        community_id -> Int8,
        person_id -> Int8,
        channel -> Text,
        enabled -> Bool,
    }
}

diesel::table! {
    notifications (id) {
        id -> Int8,
        community_id -> Int8,
        person_id -> Int8,
        kind -> Text,
        payload -> Jsonb,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    people (id) {
        id -> Int8,
        handle -> Citext,
        display_name -> Text,
        #[max_length = 8]
        locale_code -> Nullable<Varchar>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    permissions (code) {
        code -> Text,
        description -> Text,
    }
}

diesel::table! {
    person_devices (id) {
        id -> Uuid,
        person_id -> Int8,
        push_token -> Bytea,
        last_ip -> Nullable<Inet>,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    person_emails (id) {
        id -> Int8,
        person_id -> Int8,
        address -> Citext,
        verified_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    plans (id) {
        id -> Int4,
        name -> Text,
        seats -> Int4,
        price -> Numeric,
    }
}

diesel::table! {
    poll_options (id) {
        id -> Int8,
        poll_id -> Int8,
        label -> Text,
        position -> Int4,
    }
}

diesel::table! {
    poll_votes (option_id, person_id) {
        option_id -> Int8,
        person_id -> Int8,
        voted_at -> Timestamptz,
    }
}

diesel::table! {
    polls (id) {
        id -> Int8,
        post_id -> Int8,
        question -> Text,
        closes_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::FlagReason;

    post_flags (id) {
        id -> Int8,
        post_id -> Int8,
        reporter_id -> Int8,
        reason -> FlagReason,
        resolved_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    post_links (id) {
        id -> Int8,
        post_id -> Int8,
        url -> Text,
        title -> Nullable<Text>,
    }
}

diesel::table! {
    post_mentions (post_id, person_id) {
        post_id -> Int8,
        person_id -> Int8,
    }
}

diesel::table! {
    post_reactions (post_id, person_id, emoji) {
        post_id -> Int8,
        person_id -> Int8,
        #[max_length = 16]
        emoji -> Varchar,
    }
}

diesel::table! {
    post_revisions (id) {
        id -> Int8,
        post_id -> Int8,
        editor_id -> Nullable<Int8>,
        number -> Int4,
        body -> Text,
        change -> Nullable<Jsonb>,
    }
}

diesel::table! {
    post_uploads (post_id, upload_id) {
        post_id -> Int8,
        upload_id -> Uuid,
    }
}

diesel::table! {
    posts (id) {
        id -> Int8,
        thread_id -> Int8,
        author_id -> Int8,
        number -> Int4,
        reply_to -> Nullable<Int8>,
        body -> Text,
        score -> Float4,
        created_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    search_clicks (id) {
        id -> Int8,
        query_id -> Int8,
        document_id -> Int8,
        position -> Int2,
    }
}

diesel::table! {
    search_documents (id) {
        id -> Int8,
        index_id -> Int8,
        external_id -> Text,
        body -> Jsonb,
        embedding -> Nullable<Array<Nullable<Float8>>>,
    }
}

diesel::table! {
    search_fields (id) {
        id -> Int8,
        index_id -> Int8,
        name -> Text,
        weight -> Numeric,
        analyzers -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    search_indexes (id) {
        id -> Int8,
        community_id -> Int8,
        name -> Text,
        version -> Int4,
    }
}

diesel::table! {
    search_queries (id) {
        id -> Int8,
        index_id -> Int8,
        person_id -> Nullable<Int8>,
        text -> Text,
        results -> Int4,
        took -> Interval,
        at -> Timestamptz,
    }
}

diesel::table! {
    search_synonyms (id) {
        id -> Int8,
        index_id -> Int8,
        terms -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    settings (id) {
        id -> Int8,
        community_id -> Nullable<Int8>,
        name -> Text,
        value -> Jsonb,
    }
}

diesel::table! {
    tag_group_tags (tag_group_id, tag_id) {
        tag_group_id -> Int8,
        tag_id -> Int8,
    }
}

diesel::table! {
    tag_groups (id) {
        id -> Int8,
        community_id -> Int8,
        name -> Text,
    }
}

diesel::table! {
    tag_synonyms (id) {
        id -> Int8,
        tag_id -> Int8,
        name -> Citext,
    }
}

diesel::table! {
    tags (id) {
        id -> Int8,
        community_id -> Int8,
        name -> Citext,
        #[max_length = 6]
        colour -> Nullable<Bpchar>,
        uses -> Int4,
    }
}

diesel::table! {
    thread_aliases (id) {
        id -> Int8,
        thread_id -> Int8,
        slug -> Text,
    }
}

diesel::table! {
    thread_reads (person_id, thread_id) {
        thread_id -> Int8,
        person_id -> Int8,
        last_number -> Int4,
        read_at -> Timestamptz,
    }
}

diesel::table! {
    thread_tags (thread_id, tag_id) {
        thread_id -> Int8,
        tag_id -> Int8,
    }
}

diesel::table! {
    thread_watchers (thread_id, person_id) {
        thread_id -> Int8,
        person_id -> Int8,
        level -> Int2,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ThreadState;

    threads (id) {
        id -> Int8,
        category_id -> Int8,
        author_id -> Int8,
        #[max_length = 200]
        title -> Varchar,
        state -> ThreadState,
        views -> Int4,
        pinned_until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    uploads (id) {
        id -> Uuid,
        community_id -> Int8,
        owner_id -> Int8,
        path -> Text,
        byte_size -> Int8,
        sha256 -> Bytea,
    }
}

diesel::table! {
    warnings (id) {
        id -> Int8,
        community_id -> Int8,
        person_id -> Int8,
        points -> Int2,
        expires_on -> Nullable<Date>,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Int8,
        webhook_id -> Int8,
        status -> Nullable<Int2>,
        payload -> Jsonb,
        at -> Timestamptz,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Int8,
        community_id -> Int8,
        url -> Text,
        secret -> Bytea,
        events -> Array<Nullable<Text>>,
        window_of_day -> Nullable<Int4range>,
    }
}

diesel::joinable!(api_keys -> communities (community_id));
diesel::joinable!(audit_entries -> communities (community_id));
diesel::joinable!(audit_entries -> people (actor_id));
diesel::joinable!(badge_grants -> badges (badge_id));
diesel::joinable!(badge_grants -> communities (community_id));
diesel::joinable!(badge_grants -> people (person_id));
diesel::joinable!(badge_rules -> badges (badge_id));
diesel::joinable!(badges -> communities (community_id));
diesel::joinable!(bans -> communities (community_id));
diesel::joinable!(bans -> people (person_id));
diesel::joinable!(categories -> communities (community_id));
diesel::joinable!(category_permissions -> categories (category_id));
diesel::joinable!(category_permissions -> groups (group_id));
diesel::joinable!(category_watchers -> categories (category_id));
diesel::joinable!(category_watchers -> people (person_id));
diesel::joinable!(communities -> locales (locale_code));
diesel::joinable!(communities -> plans (plan_id));
diesel::joinable!(conversation_members -> conversations (conversation_id));
diesel::joinable!(conversation_members -> people (person_id));
diesel::joinable!(conversations -> communities (community_id));
diesel::joinable!(event_guests -> events (event_id));
diesel::joinable!(event_guests -> people (person_id));
diesel::joinable!(events -> communities (community_id));
diesel::joinable!(events -> threads (thread_id));
diesel::joinable!(flag_notes -> people (author_id));
diesel::joinable!(flag_notes -> post_flags (flag_id));
diesel::joinable!(group_members -> groups (group_id));
diesel::joinable!(group_members -> people (person_id));
diesel::joinable!(group_permissions -> groups (group_id));
diesel::joinable!(group_permissions -> permissions (permission_code));
diesel::joinable!(groups -> communities (community_id));
diesel::joinable!(invitations -> communities (community_id));
diesel::joinable!(members -> communities (community_id));
diesel::joinable!(members -> people (person_id));
diesel::joinable!(message_receipts -> messages (message_id));
diesel::joinable!(message_receipts -> people (person_id));
diesel::joinable!(messages -> conversations (conversation_id));
diesel::joinable!(messages -> people (author_id));
diesel::joinable!(moderation_actions -> communities (community_id));
diesel::joinable!(moderation_actions -> people (moderator_id));
diesel::joinable!(moderation_actions -> posts (post_id));
diesel::joinable!(moderation_actions -> threads (thread_id));
diesel::joinable!(notifications -> communities (community_id));
diesel::joinable!(notifications -> people (person_id));
diesel::joinable!(people -> locales (locale_code));
diesel::joinable!(person_devices -> people (person_id));
diesel::joinable!(person_emails -> people (person_id));
diesel::joinable!(poll_options -> polls (poll_id));
diesel::joinable!(poll_votes -> people (person_id));
diesel::joinable!(poll_votes -> poll_options (option_id));
diesel::joinable!(polls -> posts (post_id));
diesel::joinable!(post_flags -> people (reporter_id));
diesel::joinable!(post_flags -> posts (post_id));
diesel::joinable!(post_links -> posts (post_id));
diesel::joinable!(post_mentions -> people (person_id));
diesel::joinable!(post_mentions -> posts (post_id));
diesel::joinable!(post_reactions -> people (person_id));
diesel::joinable!(post_reactions -> posts (post_id));
diesel::joinable!(post_revisions -> people (editor_id));
diesel::joinable!(post_revisions -> posts (post_id));
diesel::joinable!(post_uploads -> posts (post_id));
diesel::joinable!(post_uploads -> uploads (upload_id));
diesel::joinable!(posts -> people (author_id));
diesel::joinable!(posts -> threads (thread_id));
diesel::joinable!(search_clicks -> search_documents (document_id));
diesel::joinable!(search_clicks -> search_queries (query_id));
diesel::joinable!(search_documents -> search_indexes (index_id));
diesel::joinable!(search_fields -> search_indexes (index_id));
diesel::joinable!(search_indexes -> communities (community_id));
diesel::joinable!(search_queries -> people (person_id));
diesel::joinable!(search_queries -> search_indexes (index_id));
diesel::joinable!(search_synonyms -> search_indexes (index_id));
diesel::joinable!(settings -> communities (community_id));
diesel::joinable!(tag_group_tags -> tag_groups (tag_group_id));
diesel::joinable!(tag_group_tags -> tags (tag_id));
diesel::joinable!(tag_groups -> communities (community_id));
diesel::joinable!(tag_synonyms -> tags (tag_id));
diesel::joinable!(tags -> communities (community_id));
diesel::joinable!(thread_aliases -> threads (thread_id));
diesel::joinable!(thread_reads -> people (person_id));
diesel::joinable!(thread_reads -> threads (thread_id));
diesel::joinable!(thread_tags -> tags (tag_id));
diesel::joinable!(thread_tags -> threads (thread_id));
diesel::joinable!(thread_watchers -> people (person_id));
diesel::joinable!(thread_watchers -> threads (thread_id));
diesel::joinable!(threads -> categories (category_id));
diesel::joinable!(threads -> people (author_id));
diesel::joinable!(uploads -> communities (community_id));
diesel::joinable!(uploads -> people (owner_id));
diesel::joinable!(warnings -> communities (community_id));
diesel::joinable!(warnings -> people (person_id));
diesel::joinable!(webhook_deliveries -> webhooks (webhook_id));
diesel::joinable!(webhooks -> communities (community_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    audit_entries,
    badge_grants,
    badge_rules,
    badges,
    bans,
    categories,
    category_permissions,
    category_watchers,
    communities,
    conversation_members,
    conversations,
    event_guests,
    events,
    flag_notes,
    group_members,
    group_permissions,
    groups,
    invitations,
    locales,
    members,
    message_receipts,
    messages,
    moderation_actions,
    notification_preferences,
    notifications,
    people,
    permissions,
    person_devices,
    person_emails,
    plans,
    poll_options,
    poll_votes,
    polls,
    post_flags,
    post_links,
    post_mentions,
    post_reactions,
    post_revisions,
    post_uploads,
    posts,
    search_clicks,
    search_documents,
    search_fields,
    search_indexes,
    search_queries,
    search_synonyms,
    settings,
    tag_group_tags,
    tag_groups,
    tag_synonyms,
    tags,
    thread_aliases,
    thread_reads,
    thread_tags,
    thread_watchers,
    threads,
    uploads,
    warnings,
    webhook_deliveries,
    webhooks,
);
