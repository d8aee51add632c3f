-- What is done with tenants: one row an operation, so that one that was interrupted is gone on with, and everybody can see who did what.
CREATE SCHEMA IF NOT EXISTS tenancy;

CREATE TABLE IF NOT EXISTS tenancy.tenant_operations (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    kind text NOT NULL,
    -- What was asked for. An operation is gone on with only where the same is asked for again.
    request jsonb NOT NULL,
    operator text NOT NULL DEFAULT session_user,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    result jsonb
);

COMMENT ON TABLE tenancy.tenant_operations IS 'What was done with tenants: created, suspended, exported, erased, restored.';

-- One at a time.
CREATE UNIQUE INDEX IF NOT EXISTS tenant_operations_one_at_a_time ON tenancy.tenant_operations (tenant) WHERE finished_at IS NULL;

CREATE TABLE IF NOT EXISTS tenancy.tenant_operation_steps (
    operation uuid NOT NULL REFERENCES tenancy.tenant_operations,
    step text NOT NULL,
    done_at timestamptz NOT NULL DEFAULT now(),
    result jsonb,
    PRIMARY KEY (operation, step)
);

-- Default privileges may have given rights already.
REVOKE ALL ON TABLE tenancy.tenant_operations, tenancy.tenant_operation_steps FROM PUBLIC;
