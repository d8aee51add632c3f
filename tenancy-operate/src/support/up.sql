-- Who was let into which tenant, by whom, why and until when; and each time that they came in. Tenants read their own part of it.
CREATE SCHEMA IF NOT EXISTS tenancy;

CREATE TABLE IF NOT EXISTS tenancy.support_access (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant text NOT NULL CHECK (octet_length(tenant) BETWEEN 1 AND {TENANT_BYTES}),
    person text NOT NULL CHECK (person = btrim(person) AND octet_length(person) BETWEEN 1 AND {PERSON_BYTES}),
    reason text NOT NULL CHECK (btrim(reason) <> ''),
    -- The name that the operator gave, and the login, which nobody chooses.
    granted_by text NOT NULL CHECK (btrim(granted_by) <> ''),
    granted_as text NOT NULL DEFAULT session_user,
    starts_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by text,
    revoked_as text,
    CHECK (ends_at > starts_at),
    CHECK (num_nulls(revoked_at, revoked_by, revoked_as) IN (0, 3)),
    -- What a use names.
    UNIQUE (id, tenant, person)
);

CREATE INDEX IF NOT EXISTS support_access_of_a_person ON tenancy.support_access (tenant, person, ends_at);

CREATE TABLE IF NOT EXISTS tenancy.support_uses (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    access uuid NOT NULL,
    tenant text NOT NULL,
    person text NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now(),
    -- A use is in the trail of the tenant that was entered, whoever writes it down.
    FOREIGN KEY (access, tenant, person) REFERENCES tenancy.support_access (id, tenant, person)
);

CREATE INDEX IF NOT EXISTS support_uses_of_an_access ON tenancy.support_uses (access);
CREATE INDEX IF NOT EXISTS support_uses_of_a_tenant ON tenancy.support_uses (tenant, used_at);

COMMENT ON TABLE tenancy.support_access IS 'Short-lived access of a person to a tenant. Whoever can write here can let anybody into any tenant.';
COMMENT ON TABLE tenancy.support_uses IS 'Each admission by such access, written before it is admitted.';

-- What there is already stays: it is history.
ALTER TABLE tenancy.support_access DROP CONSTRAINT IF EXISTS {LIMIT};
ALTER TABLE tenancy.support_access ADD CONSTRAINT {LIMIT}
    CHECK (ends_at <= starts_at + make_interval(secs => {LONGEST})) NOT VALID;
COMMENT ON CONSTRAINT {LIMIT} ON tenancy.support_access IS '{LONGEST}';

-- Nobody but the owner has any right, and no policy holds, unless it is said below: default privileges, and earlier runs, may have given some.
DO $prepare$
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT DISTINCT c.oid::regclass::text AS name, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
          FROM pg_class AS c
          CROSS JOIN LATERAL (SELECT grantee FROM aclexplode(c.relacl)
                              UNION SELECT e.grantee FROM pg_attribute AS t, aclexplode(t.attacl) AS e WHERE t.attrelid = c.oid) AS a
         WHERE c.oid IN ('tenancy.support_access'::regclass, 'tenancy.support_uses'::regclass) AND a.grantee <> c.relowner
    LOOP
        -- Of a table it takes what was granted on its columns as well.
        EXECUTE format('REVOKE ALL ON TABLE %s FROM %s', held.name, held.grantee);
    END LOOP;
    FOR held IN
        SELECT p.polrelid::regclass::text AS name, quote_ident(p.polname) AS policy FROM pg_policy AS p
         WHERE p.polrelid IN ('tenancy.support_access'::regclass, 'tenancy.support_uses'::regclass)
    LOOP
        EXECUTE format('DROP POLICY %s ON %s', held.policy, held.name);
    END LOOP;
    FOR held IN
        SELECT c.oid::regclass::text AS name, quote_ident(pg_get_userbyid(c.relowner)) AS owner FROM pg_class AS c
         WHERE c.oid IN ('tenancy.support_access'::regclass, 'tenancy.support_uses'::regclass)
    LOOP
        EXECUTE format('CREATE POLICY support_owner ON %s TO %s USING (true) WITH CHECK (true)', held.name, held.owner);
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', held.name);
    END LOOP;
END
$prepare$;
