CREATE TABLE plans (id integer PRIMARY KEY, name text NOT NULL);

CREATE TABLE tenants (id uuid PRIMARY KEY, name text NOT NULL);

CREATE TABLE memberships (
    user_id uuid NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
    PRIMARY KEY (user_id, tenant_id)
);

-- Keys lead with the tenant, and so do the keys that point at them.
CREATE TABLE agents (
    tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    plan_id integer NOT NULL REFERENCES plans DEFAULT 1,
    email text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email)
);

CREATE TABLE canvases (
    tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    agent_id uuid NOT NULL,
    title text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
);

INSERT INTO plans VALUES (1, 'free'), (2, 'studio');
