-- Where each tenant lives. Names of databases only: their addresses are the application's to keep.
CREATE SCHEMA IF NOT EXISTS tenancy;

CREATE TABLE tenancy.tenant_placements (
    tenant text PRIMARY KEY CHECK (octet_length(tenant) BETWEEN 1 AND {TENANT_BYTES}),
    status text NOT NULL CHECK (status IN ('active', 'suspended', 'moving', 'deleted')),
    kind text NOT NULL,
    schema_name text CHECK (
        schema_name ~ '^[a-z_][a-z0-9_]{0,62}$'
        AND schema_name !~ '^pg_'
        AND schema_name NOT IN ('public', 'information_schema', 'tenancy')
    ),
    database_name text CHECK (database_name ~ '^[a-z][a-z0-9_.-]{0,62}$'),
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_placements_kind CHECK (
        CASE kind
            WHEN 'shared' THEN schema_name IS NULL AND database_name IS NULL
            WHEN 'schema' THEN schema_name IS NOT NULL AND database_name IS NULL
            WHEN 'database' THEN database_name IS NOT NULL
            ELSE false
        END
    )
);

COMMENT ON TABLE tenancy.tenant_placements IS
    'Where each tenant lives. Whoever can change it can point a tenant at the data of another.';

-- A schema of one's own is nobody else's, also when its tenant is gone: its data may still be there.
CREATE UNIQUE INDEX {PLACE_KEY}
    ON tenancy.tenant_placements (coalesce(database_name, ''), schema_name) WHERE schema_name IS NOT NULL;

-- Default privileges may have given rights already. Nobody but the owner has any, unless it is granted below.
DO $revoke$
DECLARE
    holder text;
BEGIN
    FOR holder IN
        SELECT CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
        FROM pg_catalog.pg_class AS class, pg_catalog.aclexplode(class.relacl) AS acl
        WHERE class.oid = 'tenancy.tenant_placements'::regclass AND acl.grantee <> class.relowner
        GROUP BY acl.grantee
    LOOP
        EXECUTE 'REVOKE ALL ON TABLE tenancy.tenant_placements FROM ' || holder;
    END LOOP;
END
$revoke$;

CREATE FUNCTION tenancy.stamp_placement() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $stamp$
BEGIN
    NEW.changed_at := now();
    RETURN NEW;
END
$stamp$;

CREATE FUNCTION tenancy.announce_placement() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $announce$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify('{CHANNEL}', '');
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('{CHANNEL}', OLD.tenant);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('{CHANNEL}', NEW.tenant);
    END IF;
    RETURN NULL;
END
$announce$;

CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON tenancy.tenant_placements
    FOR EACH ROW EXECUTE FUNCTION tenancy.stamp_placement();
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON tenancy.tenant_placements
    FOR EACH ROW EXECUTE FUNCTION tenancy.announce_placement();
CREATE TRIGGER announce_all AFTER TRUNCATE ON tenancy.tenant_placements
    FOR EACH STATEMENT EXECUTE FUNCTION tenancy.announce_placement();

-- Also where the changes come by replication or with triggers turned off.
ALTER TABLE tenancy.tenant_placements ENABLE ALWAYS TRIGGER announce;
ALTER TABLE tenancy.tenant_placements ENABLE ALWAYS TRIGGER announce_all;
