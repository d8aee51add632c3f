CREATE SCHEMA IF NOT EXISTS tenancy;

REVOKE ALL ON SCHEMA tenancy FROM PUBLIC;

CREATE TABLE IF NOT EXISTS tenancy.before_wall (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    object text NOT NULL,
    undo text
);

REVOKE ALL ON TABLE tenancy.before_wall FROM PUBLIC, "{app}", "{across}";

CREATE TABLE IF NOT EXISTS tenancy.sealing_keys (
    id text PRIMARY KEY,
    inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),
    outer_pad bytea NOT NULL CHECK (length(outer_pad) = 64),
    backend_only boolean NOT NULL
);

REVOKE ALL ON TABLE tenancy.sealing_keys FROM PUBLIC, "{app}", "{across}";

CREATE OR REPLACE FUNCTION tenancy.tenant() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $tenancy$ SELECT NULLIF(pg_catalog.current_setting('tenancy.tenant', true), '') $tenancy$;

CREATE OR REPLACE FUNCTION tenancy.set_tenant(tenant text) RETURNS void
LANGUAGE plpgsql
AS $tenancy$
BEGIN
    EXECUTE pg_catalog.format('SET LOCAL tenancy.tenant = %L', tenant);
END
$tenancy$;

REVOKE ALL ON FUNCTION tenancy.tenant() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION tenancy.tenant() TO "{app}", "{across}";

REVOKE ALL ON FUNCTION tenancy.set_tenant(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION tenancy.set_tenant(text) TO "{app}", "{across}";

GRANT USAGE ON SCHEMA tenancy TO "{app}", "{across}";

DO $tenancy$
BEGIN
    IF NOT EXISTS (SELECT FROM tenancy.before_wall WHERE object = 'database') THEN
        INSERT INTO tenancy.before_wall (object, undo)
        SELECT 'database', format('GRANT %s ON DATABASE %I TO %s', a.privilege_type, d.datname,
                   CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
          FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
         WHERE d.datname = current_database() AND a.privilege_type IN ('TEMPORARY', 'CREATE')
           AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) IN ('{app}', '{across}'))
         UNION ALL SELECT 'database', NULL;
    END IF;
    EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC, "{app}", "{across}"', current_database());
END
$tenancy$;

INSERT INTO tenancy.before_wall (object, undo)
WITH objects AS (
    SELECT o.object, o.object::regclass AS relation FROM unnest(ARRAY['"public"."agents"', '"public"."canvases"', '"public"."plans"']::text[]) AS o (object)
     WHERE NOT EXISTS (SELECT FROM tenancy.before_wall AS b WHERE b.object = o.object)
), relations AS (
    SELECT o.object, c.oid, 'TABLE' AS kind, c.relacl AS acl, acldefault('r', c.relowner) AS owners
      FROM objects AS o JOIN pg_class AS c ON c.oid = o.relation
    UNION ALL
    SELECT o.object, s.oid, 'SEQUENCE', s.relacl, acldefault('s', s.relowner)
      FROM objects AS o
      JOIN pg_depend AS d ON d.refobjid = o.relation AND d.refclassid = 'pg_class'::regclass
                         AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
      JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
), granted AS (
    SELECT r.object, format('%s ON %s %s', a.privilege_type, r.kind, r.oid::regclass) AS what, a.grantee
      FROM relations AS r, aclexplode(coalesce(r.acl, r.owners)) AS a
    UNION ALL
    SELECT s.object, format('%s ON SCHEMA %s', a.privilege_type, s.object), a.grantee
      FROM unnest(ARRAY['"public"']::text[]) AS s (object)
      JOIN pg_namespace AS n ON quote_ident(n.nspname) = s.object OR '"' || n.nspname || '"' = s.object,
           aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
     WHERE NOT EXISTS (SELECT FROM tenancy.before_wall AS b WHERE b.object = s.object)
)
SELECT object, format('GRANT %s TO %s', what,
                      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
  FROM granted
 WHERE grantee = 0 OR pg_get_userbyid(grantee) IN ('{app}', '{across}')
UNION ALL
SELECT o.object, format('ALTER TABLE %s %s', o.object, switched.on_)
  FROM objects AS o JOIN pg_class AS c ON c.oid = o.relation,
       LATERAL (VALUES (c.relrowsecurity, 'ENABLE ROW LEVEL SECURITY'),
                       (c.relforcerowsecurity, 'FORCE ROW LEVEL SECURITY')) AS switched (was, on_)
 WHERE switched.was
UNION ALL
SELECT object, NULL FROM objects
UNION ALL
SELECT s.object, NULL FROM unnest(ARRAY['"public"']::text[]) AS s (object)
 WHERE NOT EXISTS (SELECT FROM tenancy.before_wall AS b WHERE b.object = s.object);

REVOKE CREATE ON SCHEMA "public" FROM PUBLIC, "{app}", "{across}";

GRANT USAGE ON SCHEMA "public" TO "{app}", "{across}";

DO $tenancy$
DECLARE
    search_path text := current_setting('search_path');
    repair record;
BEGIN
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    FOR repair IN
        WITH declared (relation, tenant) AS (
        VALUES ('"public"."agents"'::regclass::oid, 'tenant_id'::name),
               ('"public"."canvases"'::regclass::oid, 'tenant_id'::name)
        ), objects (relation, object) AS (VALUES ('"public"."agents"'::regclass::oid, '"public"."agents"'), ('"public"."canvases"'::regclass::oid, '"public"."canvases"')), tenants AS (
    SELECT d.relation, d.tenant, a.attnum
      FROM declared AS d JOIN pg_attribute AS a ON a.attrelid = d.relation AND a.attname = d.tenant
     WHERE NOT a.attisdropped
), foreign_keys AS (
    SELECT c.conname, c.conrelid, c.confrelid, child.tenant AS child_tenant, parent.tenant AS parent_tenant,
           c.confupdtype, c.confdeltype, c.condeferrable, c.condeferred, c.confrelid::regclass AS parent,
           pg_get_constraintdef(c.oid) AS definition, c.confkey,
           child.attnum = ANY (c.conkey) OR parent.attnum = ANY (c.confkey) AS mixed,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
              FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
              FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.attnum) AS referenced,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
              FROM unnest(coalesce(c.confdelsetcols, c.conkey)) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS emptied
      FROM pg_constraint AS c
      JOIN tenants AS child ON child.relation = c.conrelid
      JOIN tenants AS parent ON parent.relation = c.confrelid
     WHERE c.contype = 'f' AND c.conparentid = 0
       AND NOT EXISTS (SELECT FROM unnest(c.conkey, c.confkey) AS pair (child_column, parent_column)
                        WHERE pair.child_column = child.attnum AND pair.parent_column = parent.attnum)
), composite AS (
    SELECT f.*, format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I, %s) REFERENCES %s (%I, %s)%s%s%s',
                       f.conrelid::regclass, f.conname, f.child_tenant, f.columns, f.parent, f.parent_tenant, f.referenced,
                       -- The tenant is never emptied, nor set to something else.
                       CASE f.confupdtype WHEN 'c' THEN ' ON UPDATE CASCADE' WHEN 'r' THEN ' ON UPDATE RESTRICT' ELSE '' END,
                       CASE f.confdeltype WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'r' THEN ' ON DELETE RESTRICT'
                            WHEN 'n' THEN ' ON DELETE SET NULL (' || f.emptied || ')'
                            WHEN 'd' THEN ' ON DELETE SET DEFAULT (' || f.emptied || ')' ELSE '' END,
                       CASE WHEN f.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED'
                            WHEN f.condeferrable THEN ' DEFERRABLE' ELSE '' END) AS addition
      FROM foreign_keys AS f
), unique_keys AS (
    SELECT i.indrelid, coalesce(c.conname, x.relname) AS name, c.conname IS NOT NULL AS constrained, i.indexrelid::regclass AS index,
           coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) AS definition,
           CASE WHEN c.contype = 'x' THEN ' WITH =' ELSE '' END AS operator, t.tenant
      FROM pg_index AS i
      JOIN tenants AS t ON t.relation = i.indrelid
      JOIN pg_class AS x ON x.oid = i.indexrelid AND NOT x.relispartition
      LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
     WHERE (i.indisunique OR i.indisexclusion)
       AND NOT t.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
), led AS (
    SELECT u.*, overlay(u.definition placing format('(%I%s, ', u.tenant, u.operator)
                        -- An index' definition has the table before its columns, and its name may hold a parenthesis.
                        FROM CASE WHEN u.constrained THEN strpos(u.definition, '(')
                                  ELSE strpos(u.definition, ' USING ') - 1 + strpos(substr(u.definition, strpos(u.definition, ' USING ')), '(')
                             END FOR 1) AS addition
      FROM unique_keys AS u
), unled AS (
    SELECT t.relation, t.tenant, n.nspname, left(c.relname, 55) || '_tenancy' AS name
      FROM tenants AS t
      JOIN pg_class AS c ON c.oid = t.relation
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE NOT EXISTS (SELECT FROM pg_index AS i
                        WHERE i.indrelid = t.relation AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = t.attnum)
), repairs AS (
    SELECT 1 AS phase, conrelid AS relation, conname AS name, 'foreign' AS kind,
           format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS statement,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, definition) AS undo
      FROM composite WHERE NOT mixed
    UNION ALL
    SELECT 2, indrelid, name, 'unique',
           CASE WHEN constrained
                THEN format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I %3$s', indrelid::regclass, name, addition)
                ELSE format('DROP INDEX %s; %s', index, addition) END,
           CASE WHEN constrained
                THEN format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I %3$s', indrelid::regclass, name, definition)
                ELSE format('DROP INDEX %s; %s', index, definition) END
      FROM led
    UNION ALL
    SELECT 3, conrelid, conname, 'foreign', addition,
           format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
      FROM composite WHERE NOT mixed
    UNION ALL
    SELECT 4, relation, name, 'index', format('CREATE INDEX %I ON %s (%I)', name, relation::regclass, tenant),
           format('DROP INDEX %I.%I', nspname, name)
      FROM unled
     -- A key that gets the tenant leads with it.
     WHERE NOT EXISTS (SELECT FROM led WHERE led.indrelid = unled.relation AND led.constrained AND led.operator = '')
)
        SELECT r.statement, r.undo, o.object FROM repairs AS r JOIN objects AS o USING (relation)
         ORDER BY r.phase, r.relation, r.name
    LOOP
        EXECUTE repair.statement;
        INSERT INTO tenancy.before_wall (object, undo) VALUES (repair.object, repair.undo);
    END LOOP;
    PERFORM set_config('search_path', search_path, true);
END
$tenancy$;

DROP POLICY IF EXISTS tenancy_tenant ON "public"."agents";

CREATE POLICY tenancy_tenant ON "public"."agents" AS RESTRICTIVE FOR ALL TO "{app}"
    USING ("tenant_id" = (SELECT tenancy.tenant()::integer))
    WITH CHECK ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_roles ON "public"."agents";

CREATE POLICY tenancy_roles ON "public"."agents" AS RESTRICTIVE FOR ALL TO PUBLIC
    USING ((SELECT pg_has_role('{app}', 'USAGE') OR pg_has_role('{across}', 'USAGE')))
    WITH CHECK ((SELECT pg_has_role('{app}', 'USAGE') OR pg_has_role('{across}', 'USAGE')));

DROP POLICY IF EXISTS tenancy_select ON "public"."agents";

CREATE POLICY tenancy_select ON "public"."agents" FOR SELECT TO "{app}"
    USING ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_insert ON "public"."agents";

CREATE POLICY tenancy_insert ON "public"."agents" FOR INSERT TO "{app}"
    WITH CHECK ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_update ON "public"."agents";

CREATE POLICY tenancy_update ON "public"."agents" FOR UPDATE TO "{app}"
    USING ("tenant_id" = (SELECT tenancy.tenant()::integer))
    WITH CHECK ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_delete ON "public"."agents";

CREATE POLICY tenancy_delete ON "public"."agents" FOR DELETE TO "{app}"
    USING ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_across ON "public"."agents";

CREATE POLICY tenancy_across ON "public"."agents" FOR ALL TO "{across}"
    USING (true)
    WITH CHECK (true);

ALTER TABLE "public"."agents" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

REVOKE ALL ON TABLE "public"."agents" FROM PUBLIC, "{app}", "{across}";

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "public"."agents" TO "{app}", "{across}";

DO $tenancy$
DECLARE
    owned record;
BEGIN
    FOR owned IN
        SELECT s.oid::regclass AS sequence FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid
         WHERE d.refobjid = '"public"."agents"'::regclass AND d.refclassid = 'pg_class'::regclass
           AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND s.relkind = 'S'
    LOOP
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, "{app}", "{across}"', owned.sequence);
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO "{app}", "{across}"', owned.sequence);
    END LOOP;
END
$tenancy$;

DROP POLICY IF EXISTS tenancy_tenant ON "public"."canvases";

CREATE POLICY tenancy_tenant ON "public"."canvases" AS RESTRICTIVE FOR ALL TO "{app}"
    USING ("tenant_id" = (SELECT tenancy.tenant()::integer))
    WITH CHECK ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_roles ON "public"."canvases";

CREATE POLICY tenancy_roles ON "public"."canvases" AS RESTRICTIVE FOR ALL TO PUBLIC
    USING ((SELECT pg_has_role('{app}', 'USAGE') OR pg_has_role('{across}', 'USAGE')))
    WITH CHECK ((SELECT pg_has_role('{app}', 'USAGE') OR pg_has_role('{across}', 'USAGE')));

DROP POLICY IF EXISTS tenancy_select ON "public"."canvases";

CREATE POLICY tenancy_select ON "public"."canvases" FOR SELECT TO "{app}"
    USING ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_insert ON "public"."canvases";

CREATE POLICY tenancy_insert ON "public"."canvases" FOR INSERT TO "{app}"
    WITH CHECK ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_update ON "public"."canvases";

CREATE POLICY tenancy_update ON "public"."canvases" FOR UPDATE TO "{app}"
    USING ("tenant_id" = (SELECT tenancy.tenant()::integer))
    WITH CHECK ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_delete ON "public"."canvases";

CREATE POLICY tenancy_delete ON "public"."canvases" FOR DELETE TO "{app}"
    USING ("tenant_id" = (SELECT tenancy.tenant()::integer));

DROP POLICY IF EXISTS tenancy_across ON "public"."canvases";

CREATE POLICY tenancy_across ON "public"."canvases" FOR ALL TO "{across}"
    USING (true)
    WITH CHECK (true);

ALTER TABLE "public"."canvases" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

REVOKE ALL ON TABLE "public"."canvases" FROM PUBLIC, "{app}", "{across}";

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "public"."canvases" TO "{app}", "{across}";

DO $tenancy$
DECLARE
    owned record;
BEGIN
    FOR owned IN
        SELECT s.oid::regclass AS sequence FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid
         WHERE d.refobjid = '"public"."canvases"'::regclass AND d.refclassid = 'pg_class'::regclass
           AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND s.relkind = 'S'
    LOOP
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, "{app}", "{across}"', owned.sequence);
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO "{app}", "{across}"', owned.sequence);
    END LOOP;
END
$tenancy$;

REVOKE TRUNCATE, REFERENCES, TRIGGER ON TABLE "public"."plans" FROM PUBLIC, "{app}", "{across}";

GRANT SELECT ON TABLE "public"."plans" TO "{app}";

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "public"."plans" TO "{across}";

