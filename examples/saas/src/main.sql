-- What is in one place, for SQLite and PostgreSQL alike. Keys lead with the tenant, and so do the keys that point at them.
CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY, slug TEXT NOT NULL, name TEXT NOT NULL, plan TEXT NOT NULL, status TEXT NOT NULL,
    billing_account TEXT NOT NULL, created_at BIGINT NOT NULL, UNIQUE (id, slug),
    CONSTRAINT organisations_slug_key UNIQUE (slug), CONSTRAINT organisations_billing_key UNIQUE (billing_account)
);
CREATE TABLE memberships (
    tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
    role TEXT NOT NULL, expires_at BIGINT, PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, slug) REFERENCES organisations (id, slug) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX memberships_by_user ON memberships (user_id);
CREATE TABLE invitations (
    tenant_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE, id TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL,
    token_hash TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, accepted_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX invitations_by_token ON invitations (token_hash);
CREATE TABLE activity (
    tenant_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE, id TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (tenant_id, id)
);
CREATE TABLE usage (
    tenant_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE, day BIGINT NOT NULL, executions BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, day)
);
CREATE TABLE places (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id) ON DELETE CASCADE, place TEXT NOT NULL
);
CREATE TABLE jobs (
    tenant_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE, id TEXT NOT NULL, message TEXT NOT NULL,
    run_at BIGINT NOT NULL, attempts BIGINT NOT NULL, error TEXT NOT NULL, given_up BOOLEAN NOT NULL, PRIMARY KEY (tenant_id, id)
);
