-- A forum with a search of its own: many communities, most of whose tables know theirs by way of others.
CREATE EXTENSION citext;
CREATE EXTENSION btree_gist;

CREATE TYPE member_role AS ENUM ('reader', 'author', 'moderator', 'owner');
CREATE TYPE thread_state AS ENUM ('open', 'closed', 'archived');
CREATE TYPE flag_reason AS ENUM ('spam', 'abuse', 'off_topic', 'other');

CREATE TABLE locales (code varchar(8) PRIMARY KEY, name text NOT NULL);
CREATE TABLE plans (id serial PRIMARY KEY, name text NOT NULL UNIQUE, seats integer NOT NULL, price numeric(10, 2) NOT NULL);
CREATE TABLE permissions (code text PRIMARY KEY, description text NOT NULL);

CREATE TABLE communities (
    id bigserial PRIMARY KEY, slug citext NOT NULL UNIQUE, title varchar(120) NOT NULL,
    plan_id integer NOT NULL REFERENCES plans, locale_code varchar(8) NOT NULL REFERENCES locales,
    created_at timestamptz NOT NULL DEFAULT now(), archived_at timestamptz
);
CREATE TABLE people (
    id bigserial PRIMARY KEY, handle citext NOT NULL UNIQUE, display_name text NOT NULL, locale_code varchar(8) REFERENCES locales,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE person_emails (
    id bigserial PRIMARY KEY, person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE, address citext NOT NULL UNIQUE,
    verified_at timestamptz
);
CREATE TABLE person_devices (
    id uuid PRIMARY KEY, person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE, push_token bytea NOT NULL, last_ip inet,
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE members (
    community_id bigint NOT NULL REFERENCES communities, person_id bigint NOT NULL REFERENCES people,
    role member_role NOT NULL DEFAULT 'reader', joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (community_id, person_id)
);
CREATE TABLE invitations (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, token_hash bytea NOT NULL UNIQUE, email citext NOT NULL,
    role member_role NOT NULL, expires_at timestamptz NOT NULL
);
CREATE TABLE api_keys (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, key_hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL DEFAULT '{}', last_used_at timestamptz
);
CREATE TABLE settings (
    id bigserial PRIMARY KEY, community_id bigint REFERENCES communities, name text NOT NULL, value jsonb NOT NULL,
    UNIQUE NULLS NOT DISTINCT (community_id, name)
);

CREATE TABLE groups (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, name citext NOT NULL, UNIQUE (community_id, name)
);
CREATE TABLE group_members (
    group_id bigint NOT NULL REFERENCES groups ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people,
    added_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (group_id, person_id)
);
CREATE TABLE group_permissions (
    group_id bigint NOT NULL REFERENCES groups ON DELETE CASCADE, permission_code text NOT NULL REFERENCES permissions,
    PRIMARY KEY (group_id, permission_code)
);

CREATE TABLE categories (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, parent_id bigint REFERENCES categories,
    slug text NOT NULL, title text NOT NULL, "position" integer NOT NULL DEFAULT 0, UNIQUE (community_id, slug)
);
CREATE TABLE category_permissions (
    category_id bigint NOT NULL REFERENCES categories ON DELETE CASCADE, group_id bigint NOT NULL REFERENCES groups,
    can_read boolean NOT NULL DEFAULT true, can_post boolean NOT NULL DEFAULT false, PRIMARY KEY (category_id, group_id)
);
CREATE TABLE category_watchers (
    category_id bigint NOT NULL REFERENCES categories ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people,
    level smallint NOT NULL DEFAULT 1, PRIMARY KEY (category_id, person_id)
);

CREATE TABLE threads (
    id bigserial PRIMARY KEY, category_id bigint NOT NULL REFERENCES categories, author_id bigint NOT NULL REFERENCES people,
    title varchar(200) NOT NULL, state thread_state NOT NULL DEFAULT 'open', views integer NOT NULL DEFAULT 0,
    pinned_until timestamptz, created_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz
);
CREATE INDEX threads_by_category ON threads (category_id, created_at DESC) WHERE deleted_at IS NULL;
CREATE TABLE thread_aliases (
    id bigserial PRIMARY KEY, thread_id bigint NOT NULL REFERENCES threads ON DELETE CASCADE, slug text NOT NULL, UNIQUE (thread_id, slug)
);
CREATE TABLE thread_watchers (
    thread_id bigint NOT NULL REFERENCES threads ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people,
    level smallint NOT NULL DEFAULT 1, PRIMARY KEY (thread_id, person_id)
);
CREATE TABLE thread_reads (
    thread_id bigint NOT NULL REFERENCES threads ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people,
    last_number integer NOT NULL, read_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (person_id, thread_id)
);
CREATE TABLE tags (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, name citext NOT NULL, colour char(6),
    uses integer NOT NULL DEFAULT 0, UNIQUE (community_id, name)
);
CREATE TABLE tag_synonyms (id bigserial PRIMARY KEY, tag_id bigint NOT NULL REFERENCES tags ON DELETE CASCADE, name citext NOT NULL);
CREATE TABLE tag_groups (id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, name text NOT NULL);
CREATE TABLE tag_group_tags (
    tag_group_id bigint NOT NULL REFERENCES tag_groups ON DELETE CASCADE, tag_id bigint NOT NULL REFERENCES tags ON DELETE CASCADE,
    PRIMARY KEY (tag_group_id, tag_id)
);
CREATE TABLE thread_tags (
    thread_id bigint NOT NULL REFERENCES threads ON DELETE CASCADE, tag_id bigint NOT NULL REFERENCES tags ON DELETE CASCADE,
    PRIMARY KEY (thread_id, tag_id)
);

CREATE TABLE uploads (
    id uuid PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, owner_id bigint NOT NULL REFERENCES people,
    path text NOT NULL, byte_size bigint NOT NULL, sha256 bytea NOT NULL
);
CREATE TABLE posts (
    id bigserial PRIMARY KEY, thread_id bigint NOT NULL REFERENCES threads ON DELETE CASCADE, author_id bigint NOT NULL REFERENCES people,
    number integer NOT NULL, reply_to bigint REFERENCES posts, body text NOT NULL, score real NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(), edited_at timestamptz, deleted_at timestamptz, UNIQUE (thread_id, number)
);
CREATE TABLE post_revisions (
    id bigserial PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE, editor_id bigint REFERENCES people,
    number integer NOT NULL, body text NOT NULL, change jsonb, UNIQUE (post_id, number)
);
CREATE TABLE post_reactions (
    post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people, emoji varchar(16) NOT NULL,
    PRIMARY KEY (post_id, person_id, emoji)
);
CREATE TABLE post_mentions (
    post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people, PRIMARY KEY (post_id, person_id)
);
CREATE TABLE post_uploads (
    post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE, upload_id uuid NOT NULL REFERENCES uploads, PRIMARY KEY (post_id, upload_id)
);
CREATE TABLE post_links (
    id bigserial PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE, url text NOT NULL, title text
);
CREATE TABLE post_flags (
    id bigserial PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE, reporter_id bigint NOT NULL REFERENCES people,
    reason flag_reason NOT NULL, resolved_at timestamptz
);
CREATE TABLE flag_notes (
    id bigserial PRIMARY KEY, flag_id bigint NOT NULL REFERENCES post_flags ON DELETE CASCADE, author_id bigint NOT NULL REFERENCES people,
    body text NOT NULL
);
CREATE TABLE polls (
    id bigserial PRIMARY KEY, post_id bigint NOT NULL UNIQUE REFERENCES posts ON DELETE CASCADE, question text NOT NULL, closes_at timestamptz
);
CREATE TABLE poll_options (
    id bigserial PRIMARY KEY, poll_id bigint NOT NULL REFERENCES polls ON DELETE CASCADE, label text NOT NULL, "position" integer NOT NULL,
    UNIQUE (poll_id, "position") DEFERRABLE
);
CREATE TABLE poll_votes (
    option_id bigint NOT NULL REFERENCES poll_options ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people,
    voted_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (option_id, person_id)
);

CREATE TABLE moderation_actions (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, moderator_id bigint NOT NULL REFERENCES people,
    thread_id bigint REFERENCES threads ON DELETE SET NULL, post_id bigint REFERENCES posts ON DELETE SET NULL, action text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE warnings (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, person_id bigint NOT NULL REFERENCES people,
    points smallint NOT NULL, expires_on date
);
CREATE TABLE bans (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, person_id bigint NOT NULL REFERENCES people,
    during tstzrange NOT NULL, EXCLUDE USING gist (community_id WITH =, person_id WITH =, during WITH &&)
);
CREATE TABLE badges (
    id bigserial PRIMARY KEY, community_id bigint REFERENCES communities, name text NOT NULL, icon bytea,
    UNIQUE NULLS NOT DISTINCT (community_id, name)
);
CREATE TABLE badge_rules (
    id bigserial PRIMARY KEY, badge_id bigint NOT NULL REFERENCES badges ON DELETE CASCADE, condition jsonb NOT NULL
);
CREATE TABLE badge_grants (
    community_id bigint NOT NULL REFERENCES communities, badge_id bigint NOT NULL REFERENCES badges, person_id bigint NOT NULL REFERENCES people,
    granted_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (community_id, badge_id, person_id)
);

CREATE TABLE conversations (id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, subject text NOT NULL);
CREATE TABLE conversation_members (
    conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people,
    muted boolean NOT NULL DEFAULT false, PRIMARY KEY (conversation_id, person_id)
);
CREATE TABLE messages (
    id bigserial PRIMARY KEY, conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
    author_id bigint NOT NULL REFERENCES people, body text NOT NULL, sent_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE message_receipts (
    message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people, seen_at timestamptz,
    PRIMARY KEY (message_id, person_id)
);
CREATE TABLE notifications (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, person_id bigint NOT NULL REFERENCES people,
    kind text NOT NULL, payload jsonb NOT NULL, read_at timestamptz
);
CREATE INDEX unread_notifications ON notifications (person_id) WHERE read_at IS NULL;
CREATE TABLE notification_preferences (
    community_id bigint NOT NULL, person_id bigint NOT NULL, channel text NOT NULL, enabled boolean NOT NULL DEFAULT true,
    PRIMARY KEY (community_id, person_id, channel), FOREIGN KEY (community_id, person_id) REFERENCES members ON DELETE CASCADE
);
CREATE TABLE events (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, thread_id bigint REFERENCES threads,
    title text NOT NULL, during tstzrange NOT NULL, place point
);
CREATE TABLE event_guests (
    event_id bigint NOT NULL REFERENCES events ON DELETE CASCADE, person_id bigint NOT NULL REFERENCES people, answer boolean,
    PRIMARY KEY (event_id, person_id)
);

CREATE TABLE search_indexes (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, name text NOT NULL, version integer NOT NULL DEFAULT 1,
    UNIQUE (community_id, name, version)
);
CREATE TABLE search_fields (
    id bigserial PRIMARY KEY, index_id bigint NOT NULL REFERENCES search_indexes ON DELETE CASCADE, name text NOT NULL,
    weight numeric(4, 2) NOT NULL DEFAULT 1, analyzers text[] NOT NULL, UNIQUE (index_id, name)
);
CREATE TABLE search_documents (
    id bigserial PRIMARY KEY, index_id bigint NOT NULL REFERENCES search_indexes ON DELETE CASCADE, external_id text NOT NULL,
    body jsonb NOT NULL, embedding double precision[], UNIQUE (index_id, external_id)
);
CREATE INDEX search_documents_body ON search_documents USING gin (body);
CREATE TABLE search_synonyms (
    id bigserial PRIMARY KEY, index_id bigint NOT NULL REFERENCES search_indexes ON DELETE CASCADE, terms text[] NOT NULL
);
CREATE TABLE search_queries (
    id bigserial PRIMARY KEY, index_id bigint NOT NULL REFERENCES search_indexes ON DELETE CASCADE, person_id bigint REFERENCES people,
    text text NOT NULL, results integer NOT NULL, took interval NOT NULL, at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE search_clicks (
    id bigserial PRIMARY KEY, query_id bigint NOT NULL REFERENCES search_queries ON DELETE CASCADE,
    document_id bigint NOT NULL REFERENCES search_documents ON DELETE CASCADE, "position" smallint NOT NULL
);
CREATE TABLE webhooks (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, url text NOT NULL, secret bytea NOT NULL,
    events text[] NOT NULL, window_of_day int4range
);
CREATE TABLE webhook_deliveries (
    id bigserial PRIMARY KEY, webhook_id bigint NOT NULL REFERENCES webhooks ON DELETE CASCADE, status smallint, payload jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit_entries (
    id bigserial PRIMARY KEY, community_id bigint NOT NULL REFERENCES communities, actor_id bigint REFERENCES people, action text NOT NULL,
    from_address inet, at timestamptz NOT NULL DEFAULT now()
);
