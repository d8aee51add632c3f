-- A password manager: a person belongs to several organisations, one of which is their own. Keys are texts.
CREATE EXTENSION citext;
CREATE EXTENSION btree_gist;

CREATE TYPE organization_kind AS ENUM ('personal', 'family', 'company');

CREATE TABLE item_kinds (code smallint PRIMARY KEY, name text NOT NULL);
CREATE TABLE policy_kinds (code smallint PRIMARY KEY, name text NOT NULL, default_data jsonb);
CREATE TABLE breach_sources (id serial PRIMARY KEY, name text NOT NULL UNIQUE, seen_on date NOT NULL);
CREATE TABLE icons (domain citext PRIMARY KEY, image bytea NOT NULL, fetched_at timestamp NOT NULL);

CREATE TABLE organizations (
    uuid varchar(36) PRIMARY KEY, name varchar(80) NOT NULL, kind organization_kind NOT NULL, billing_email citext, public_key text,
    private_key text, created_at timestamp NOT NULL DEFAULT now()
);
CREATE TABLE people (
    uuid varchar(36) PRIMARY KEY, email citext NOT NULL UNIQUE, name text NOT NULL, password_hash bytea NOT NULL, salt bytea NOT NULL,
    kdf jsonb NOT NULL, security_stamp text NOT NULL, verified_at timestamp, created_at timestamp NOT NULL DEFAULT now()
);
CREATE TABLE person_keys (
    person_uuid varchar(36) PRIMARY KEY REFERENCES people ON DELETE CASCADE, akey text NOT NULL, public_key text, private_key text
);
CREATE TABLE devices (
    uuid varchar(36) NOT NULL, person_uuid varchar(36) NOT NULL REFERENCES people ON DELETE CASCADE, name text NOT NULL,
    kind smallint NOT NULL, push_token text, refresh_hash bytea NOT NULL, last_ip inet, PRIMARY KEY (uuid, person_uuid)
);
CREATE TABLE two_factors (
    uuid varchar(36) PRIMARY KEY, person_uuid varchar(36) NOT NULL REFERENCES people ON DELETE CASCADE, kind smallint NOT NULL,
    enabled boolean NOT NULL, data text NOT NULL, last_used bigint NOT NULL DEFAULT 0, UNIQUE (person_uuid, kind)
);
CREATE TABLE trusted_contacts (
    uuid varchar(36) PRIMARY KEY, person_uuid varchar(36) NOT NULL REFERENCES people ON DELETE CASCADE, contact_uuid varchar(36)
    REFERENCES people, email citext, status smallint NOT NULL, wait interval NOT NULL
);
CREATE TABLE auth_requests (
    uuid varchar(36) PRIMARY KEY, person_uuid varchar(36) NOT NULL REFERENCES people ON DELETE CASCADE, device varchar(36) NOT NULL,
    request_ip inet NOT NULL, access_code bytea NOT NULL, approved boolean, created_at timestamp NOT NULL DEFAULT now()
);

CREATE TABLE memberships (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) NOT NULL REFERENCES organizations, person_uuid varchar(36) NOT NULL
    REFERENCES people, role smallint NOT NULL, status smallint NOT NULL, akey text NOT NULL, external_id text,
    UNIQUE (person_uuid, organization_uuid)
);
CREATE TABLE invitations (
    organization_uuid varchar(36) NOT NULL REFERENCES organizations, email citext NOT NULL, token_hash bytea NOT NULL UNIQUE,
    expires_at timestamp NOT NULL, PRIMARY KEY (organization_uuid, email)
);
CREATE TABLE organization_api_keys (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) NOT NULL REFERENCES organizations, kind smallint NOT NULL,
    key_hash bytea NOT NULL UNIQUE, revised_at timestamp NOT NULL
);
CREATE TABLE organization_policies (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) NOT NULL REFERENCES organizations, kind smallint NOT NULL
    REFERENCES policy_kinds, enabled boolean NOT NULL, data jsonb, UNIQUE (organization_uuid, kind)
);
CREATE TABLE groups (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) NOT NULL REFERENCES organizations, name varchar(100) NOT NULL,
    access_all boolean NOT NULL DEFAULT false, external_id text
);
CREATE TABLE group_memberships (
    group_uuid varchar(36) NOT NULL REFERENCES groups ON DELETE CASCADE, membership_uuid varchar(36) NOT NULL REFERENCES memberships
    ON DELETE CASCADE, PRIMARY KEY (group_uuid, membership_uuid)
);
CREATE TABLE collections (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) NOT NULL REFERENCES organizations, name text NOT NULL, external_id text
);
CREATE TABLE collection_people (
    collection_uuid varchar(36) NOT NULL REFERENCES collections ON DELETE CASCADE, membership_uuid varchar(36) NOT NULL
    REFERENCES memberships ON DELETE CASCADE, read_only boolean NOT NULL DEFAULT false, hide_passwords boolean NOT NULL DEFAULT false,
    manage boolean NOT NULL DEFAULT false, PRIMARY KEY (collection_uuid, membership_uuid)
);
CREATE TABLE collection_groups (
    collection_uuid varchar(36) NOT NULL REFERENCES collections ON DELETE CASCADE, group_uuid varchar(36) NOT NULL REFERENCES groups
    ON DELETE CASCADE, read_only boolean NOT NULL DEFAULT false, PRIMARY KEY (collection_uuid, group_uuid)
);

CREATE TABLE items (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) NOT NULL REFERENCES organizations, kind smallint NOT NULL
    REFERENCES item_kinds, name text NOT NULL, notes text, fields jsonb, data jsonb NOT NULL, tags text[] NOT NULL DEFAULT '{}',
    reprompt smallint, created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now(), deleted_at timestamp
);
CREATE TABLE item_versions (
    uuid varchar(36) PRIMARY KEY, item_uuid varchar(36) NOT NULL REFERENCES items ON DELETE CASCADE, number integer NOT NULL,
    data jsonb NOT NULL, UNIQUE (item_uuid, number)
);
CREATE TABLE item_collections (
    item_uuid varchar(36) NOT NULL REFERENCES items ON DELETE CASCADE, collection_uuid varchar(36) NOT NULL REFERENCES collections
    ON DELETE CASCADE, PRIMARY KEY (item_uuid, collection_uuid)
);
CREATE TABLE attachments (
    id varchar(40) PRIMARY KEY, item_uuid varchar(36) NOT NULL REFERENCES items ON DELETE CASCADE, file_name text NOT NULL,
    file_size bigint NOT NULL, akey text
);
CREATE TABLE folders (
    uuid varchar(36) PRIMARY KEY, membership_uuid varchar(36) NOT NULL REFERENCES memberships ON DELETE CASCADE, name text NOT NULL,
    updated_at timestamp NOT NULL DEFAULT now()
);
CREATE TABLE folder_items (
    folder_uuid varchar(36) NOT NULL REFERENCES folders ON DELETE CASCADE, item_uuid varchar(36) NOT NULL REFERENCES items
    ON DELETE CASCADE, PRIMARY KEY (item_uuid, folder_uuid)
);
CREATE TABLE favourites (
    membership_uuid varchar(36) NOT NULL REFERENCES memberships ON DELETE CASCADE, item_uuid varchar(36) NOT NULL REFERENCES items
    ON DELETE CASCADE, PRIMARY KEY (membership_uuid, item_uuid)
);
CREATE TABLE sends (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) NOT NULL REFERENCES organizations, sender_uuid varchar(36)
    REFERENCES memberships ON DELETE SET NULL, kind smallint NOT NULL, access_hash bytea NOT NULL UNIQUE, data bytea NOT NULL,
    max_accesses integer, open tsrange NOT NULL
);
CREATE TABLE send_accesses (
    id bigserial PRIMARY KEY, send_uuid varchar(36) NOT NULL REFERENCES sends ON DELETE CASCADE, address inet, at timestamp NOT NULL
);
CREATE TABLE events (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) NOT NULL REFERENCES organizations, kind integer NOT NULL,
    actor_uuid varchar(36), item_uuid varchar(36), collection_uuid varchar(36), address inet, at timestamp NOT NULL
);
CREATE INDEX events_by_time ON events (organization_uuid, at);
CREATE TABLE item_templates (
    uuid varchar(36) PRIMARY KEY, organization_uuid varchar(36) REFERENCES organizations, name text NOT NULL, kind smallint NOT NULL
    REFERENCES item_kinds, UNIQUE NULLS NOT DISTINCT (organization_uuid, name)
);
CREATE TABLE template_fields (
    template_uuid varchar(36) NOT NULL REFERENCES item_templates ON DELETE CASCADE, name text NOT NULL, hidden boolean NOT NULL,
    PRIMARY KEY (template_uuid, name)
);
CREATE TABLE equivalent_domains (
    id serial PRIMARY KEY, organization_uuid varchar(36) REFERENCES organizations, domains text[] NOT NULL
);
