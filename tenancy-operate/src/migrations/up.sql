CREATE SCHEMA IF NOT EXISTS tenancy;
CREATE TABLE IF NOT EXISTS tenancy.migration_steps (
    database_name text NOT NULL,
    schema_name text NOT NULL,
    version text NOT NULL,
    name text NOT NULL,
    checksum text,
    accepted text,
    state text NOT NULL CHECK (state IN ('running', 'waiting', 'failed', 'applied')),
    attempts integer NOT NULL DEFAULT 0,
    error text,
    run uuid,
    run_by text NOT NULL DEFAULT session_user,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    PRIMARY KEY (database_name, schema_name, version)
);
COMMENT ON TABLE tenancy.migration_steps IS
    'Each migration on each of its targets: what runs, what failed and why, what is applied. An empty database_name is this database, an empty schema_name the default schema.';
REVOKE ALL ON TABLE tenancy.migration_steps FROM PUBLIC;
