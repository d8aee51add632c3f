REVOKE ALL ON TABLE "public"."plans" FROM "{app}", "{across}";

DO $tenancy$
DECLARE
    owned record;
BEGIN
    FOR owned IN
        SELECT s.oid::regclass AS sequence FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid
         WHERE d.refobjid = '"public"."canvases"'::regclass AND d.refclassid = 'pg_class'::regclass
           AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND s.relkind = 'S'
    LOOP
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM "{app}", "{across}"', owned.sequence);
    END LOOP;
END
$tenancy$;

REVOKE ALL ON TABLE "public"."canvases" FROM "{app}", "{across}";

ALTER TABLE "public"."canvases" DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS tenancy_across ON "public"."canvases";

DROP POLICY IF EXISTS tenancy_delete ON "public"."canvases";

DROP POLICY IF EXISTS tenancy_update ON "public"."canvases";

DROP POLICY IF EXISTS tenancy_insert ON "public"."canvases";

DROP POLICY IF EXISTS tenancy_select ON "public"."canvases";

DROP POLICY IF EXISTS tenancy_roles ON "public"."canvases";

DROP POLICY IF EXISTS tenancy_tenant ON "public"."canvases";

DO $tenancy$
DECLARE
    owned record;
BEGIN
    FOR owned IN
        SELECT s.oid::regclass AS sequence FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid
         WHERE d.refobjid = '"public"."agents"'::regclass AND d.refclassid = 'pg_class'::regclass
           AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND s.relkind = 'S'
    LOOP
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM "{app}", "{across}"', owned.sequence);
    END LOOP;
END
$tenancy$;

REVOKE ALL ON TABLE "public"."agents" FROM "{app}", "{across}";

ALTER TABLE "public"."agents" DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS tenancy_across ON "public"."agents";

DROP POLICY IF EXISTS tenancy_delete ON "public"."agents";

DROP POLICY IF EXISTS tenancy_update ON "public"."agents";

DROP POLICY IF EXISTS tenancy_insert ON "public"."agents";

DROP POLICY IF EXISTS tenancy_select ON "public"."agents";

DROP POLICY IF EXISTS tenancy_roles ON "public"."agents";

DROP POLICY IF EXISTS tenancy_tenant ON "public"."agents";

REVOKE ALL ON SCHEMA "public" FROM "{app}", "{across}";

DO $tenancy$
DECLARE
    remembered record;
BEGIN
    IF to_regclass('tenancy.before_wall') IS NULL THEN
        RETURN;
    END IF;
    FOR remembered IN
        SELECT position, undo FROM tenancy.before_wall WHERE object IN ('"public"."agents"', '"public"."canvases"', '"public"."plans"', '"public"') ORDER BY position DESC
    LOOP
        IF remembered.undo IS NOT NULL THEN
            EXECUTE remembered.undo;
        END IF;
        DELETE FROM tenancy.before_wall AS b WHERE b.position = remembered.position;
    END LOOP;
END
$tenancy$;

DO $tenancy$
DECLARE
    remembered record;
BEGIN
    IF to_regclass('tenancy.before_wall') IS NULL THEN
        RETURN;
    END IF;
    FOR remembered IN
        SELECT position, undo FROM tenancy.before_wall WHERE object IN ('database') ORDER BY position DESC
    LOOP
        IF remembered.undo IS NOT NULL THEN
            EXECUTE remembered.undo;
        END IF;
        DELETE FROM tenancy.before_wall AS b WHERE b.position = remembered.position;
    END LOOP;
END
$tenancy$;

DROP FUNCTION IF EXISTS tenancy.set_tenant(text);

DROP FUNCTION IF EXISTS tenancy.tenant();

DROP TABLE IF EXISTS tenancy.sealing_keys;

DROP TABLE IF EXISTS tenancy.before_wall;

DO $tenancy$
BEGIN
    DROP SCHEMA IF EXISTS tenancy;
EXCEPTION WHEN dependent_objects_still_exist THEN
    NULL;
END
$tenancy$;

