-- What belongs to no tenant: on PostgreSQL in a schema and of a role of its own, which a tenant's SQL reaches by nothing.
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password_hash TEXT NOT NULL, is_staff BOOLEAN NOT NULL
);
CREATE TABLE sessions (id TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL, expires_at BIGINT NOT NULL);
CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY, what TEXT NOT NULL, who TEXT NOT NULL, tenant TEXT NOT NULL, reason TEXT NOT NULL, created_at BIGINT NOT NULL
);
-- One row: which of these tables there are.
CREATE TABLE schema_version (number BIGINT NOT NULL);
