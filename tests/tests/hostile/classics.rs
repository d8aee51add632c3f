//! The attacks that everybody knows, each on its own and between a look before and a look after. What only newer servers read is an error on the
//! others.

use tenancy_tests::fleet::Kind;

use crate::arena::Arena;

/// One attack a line: statements divided by `;;`. `{owner}`, `{app}` and `{across}` are the names of roles.
const ATTACKS: &str = "
SET LOCAL tenancy.tenant = '2'
SET tenancy.tenant = '2'
SELECT set_config('tenancy.tenant', '2', true)
SELECT set_config('tenancy.tenant', '2', false)
SELECT tenancy.set_tenant('2')
SELECT agents::text AS line FROM agents WHERE set_config('tenancy.tenant', '2', true) IS NOT NULL
SELECT set_config('tenancy.tenant', id::text, true) || agents::text AS line FROM agents, generate_series(1, 8) AS id
SELECT name AS line FROM agents ORDER BY set_config('tenancy.tenant', '2', true)
WITH set AS MATERIALIZED (SELECT set_config('tenancy.tenant', '2', true) AS s) SELECT agents::text AS line FROM set, agents
RESET tenancy.tenant
RESET ALL
DISCARD ALL
DISCARD PLANS
SET SESSION AUTHORIZATION {owner}
SET SESSION AUTHORIZATION DEFAULT
SET ROLE {owner}
SET ROLE {across}
SET LOCAL ROLE {across}
SELECT set_config('role', '{across}', false)
SELECT set_config('role', '{owner}', true)
SELECT set_config('session_authorization', '{owner}', false)
GRANT {across} TO {app}
GRANT SELECT ON agents TO PUBLIC
ALTER ROLE {app} BYPASSRLS
ALTER ROLE {app} SUPERUSER
SET row_security = off
SET row_security = off;;SELECT agents::text AS line FROM agents
SET session_replication_role = replica
SET search_path = tenant_3
SET search_path = tenant_3, public;;SELECT agents::text AS line FROM agents;;UPDATE agents SET name = 'owned'
SELECT set_config('search_path', 'tenant_3', false)
SET search_path = pg_temp, public
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY
SET default_transaction_read_only = on
SET default_transaction_isolation = 'serializable'
SET plan_cache_mode = force_generic_plan
SET statement_timeout = 1
SET transaction_timeout = 1
SET idle_in_transaction_session_timeout = 1
SET client_encoding = 'LATIN1'
SET standard_conforming_strings = off
SET DateStyle = 'German'
SET TimeZone = 'Etc/GMT+12'
SET enable_seqscan = off
CREATE TEMP TABLE agents (id integer)
CREATE TEMP TABLE plans AS SELECT * FROM canvases
CREATE TEMP VIEW canvases AS SELECT * FROM public.canvases
CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'
CREATE SCHEMA evil
CREATE VIEW public.evil AS SELECT * FROM agents
CREATE FUNCTION public.evil() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::text'
CREATE POLICY evil ON agents USING (true)
DROP POLICY tenancy_tenant ON agents
ALTER TABLE agents DISABLE ROW LEVEL SECURITY
ALTER TABLE agents NO FORCE ROW LEVEL SECURITY
ALTER TABLE agents ADD COLUMN evil integer
ALTER TABLE agents ADD CONSTRAINT evil CHECK (id > 0) NOT ENFORCED
CREATE EVENT TRIGGER evil ON login EXECUTE FUNCTION suppress_redundant_updates_trigger()
GRANT MAINTAIN ON agents TO PUBLIC
GRANT {across} TO {app} WITH INHERIT FALSE, SET TRUE
ALTER FUNCTION tenancy.tenant() IMMUTABLE
CREATE OR REPLACE FUNCTION tenancy.tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT '2' $$
TRUNCATE agents CASCADE
TRUNCATE canvases
DROP TABLE canvases
LOCK TABLE agents IN ACCESS EXCLUSIVE MODE
UPDATE agents SET name = 'owned'
UPDATE canvases SET tenant_id = 2
UPDATE canvases SET id = id + 100 WHERE tenant_id = 2 RETURNING canvases::text AS line
DELETE FROM canvases RETURNING canvases::text AS line
DELETE FROM canvases WHERE tenant_id <> 1
INSERT INTO agents (tenant_id, id, name) VALUES (2, 90, 'planted')
INSERT INTO tenant_3.agents (tenant_id, id, name) VALUES (3, 90, 'planted')
INSERT INTO tenant_3.agents (tenant_id, id, name) VALUES (1, 90, 'planted')
INSERT INTO agents (tenant_id, id, name) VALUES (2, 1, 'x') ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'owned' RETURNING agents::text AS line
INSERT INTO agents (tenant_id, id, name) VALUES (2, 1, 'x') ON CONFLICT DO NOTHING
INSERT INTO canvases (tenant_id, id, agent_id, title) SELECT 1, id + 500, 1, name FROM agents
MERGE INTO agents USING (VALUES (2, 1)) AS v (t, id) ON agents.id = v.id WHEN MATCHED THEN DELETE
MERGE INTO agents USING (VALUES (2, 1)) AS v (t, id) ON agents.id = v.id WHEN MATCHED THEN UPDATE SET name = 'owned' RETURNING agents::text AS line
MERGE INTO canvases USING (VALUES (2, 1)) AS v (t, id) ON canvases.id = v.id WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING canvases::text AS line
UPDATE agents SET name = 'owned' RETURNING old::text || new::text AS line
INSERT INTO agents (tenant_id, id, name) VALUES (2, 1, 'x') ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'owned' RETURNING old::text AS line
WITH gone AS (DELETE FROM canvases RETURNING *) SELECT gone::text AS line FROM gone
COPY agents FROM '/etc/passwd'
COPY agents FROM STDIN
COPY agents FROM STDIN WITH (ON_ERROR ignore, LOG_VERBOSITY verbose)
COPY agents TO STDOUT
COPY (SELECT * FROM canvases) TO STDOUT
COPY (SELECT 1) TO PROGRAM 'true'
SELECT pg_read_file('postgresql.conf') AS line
SELECT pg_ls_dir('.') AS line
SELECT lo_import('/etc/passwd')::text AS line
SELECT query_to_xml('SELECT * FROM public.agents', true, false, '')::text AS line
SELECT query_to_xml('SELECT set_config(''tenancy.tenant'', ''2'', true), a.* FROM public.agents AS a', true, false, '')::text AS line
SELECT table_to_xml('tenant_3.agents', true, false, '')::text AS line
SELECT database_to_xml(true, false, '')::text AS line
SELECT cursor_to_xml('c', 10, true, false, '')::text AS line
SELECT most_common_vals::text || histogram_bounds::text AS line FROM pg_stats WHERE tablename IN ('agents', 'canvases')
SELECT stavalues1::text AS line FROM pg_statistic
SELECT pg_clear_attribute_stats('public', 'agents', 'name', false)::text AS line
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'agents', 'reltuples', 1e9::real)::text AS line
SELECT prosrc AS line FROM pg_proc WHERE proname = 'tenant'
SELECT k::text AS line FROM tenancy.sealing_keys AS k
SELECT query AS line FROM pg_stat_activity WHERE pid <> pg_backend_pid()
SELECT p::text AS line FROM pg_prepared_statements AS p
SELECT agents::text AS line FROM agents WHERE name LIKE '%#2 %' OR 1 / (id - id) = 1
SELECT canvases::text AS line FROM canvases WHERE title::integer > 0
SELECT (name::integer)::text AS line FROM agents
EXPLAIN ANALYZE DELETE FROM canvases
EXPLAIN (ANALYZE, VERBOSE) UPDATE agents SET name = 'owned'
DO $$ BEGIN PERFORM set_config('tenancy.tenant', '2', true); UPDATE agents SET name = 'owned'; EXCEPTION WHEN OTHERS THEN NULL; END $$
DO $$ BEGIN PERFORM set_config('tenancy.tenant', '2', false); END $$
DO $$ BEGIN EXECUTE 'DELETE FROM canvases'; END $$
DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM agents LOOP RAISE EXCEPTION '%', r; END LOOP; END $$
DO $$ BEGIN COMMIT; PERFORM set_config('tenancy.tenant', '2', false); END $$
PREPARE a AS SELECT * FROM agents;;EXECUTE a
PREPARE s0 AS UPDATE public.agents SET name = 'owned';;EXECUTE s0
DEALLOCATE ALL
DECLARE c CURSOR WITH HOLD FOR SELECT * FROM agents;;FETCH ALL FROM c;;SELECT cursor_to_xml('c', 9, true, false, '')::text AS line
SAVEPOINT a;;SET LOCAL tenancy.tenant = '2';;ROLLBACK TO SAVEPOINT a
ROLLBACK TO SAVEPOINT tenancy_1
RELEASE SAVEPOINT tenancy_1
COMMIT
ROLLBACK
COMMIT;;SELECT agents::text AS line FROM agents
COMMIT AND CHAIN
COMMIT;;BEGIN;;SET LOCAL tenancy.tenant = '2';;SELECT agents::text AS line FROM agents
ROLLBACK;;SET tenancy.tenant = '2';;SELECT agents::text AS line FROM agents
ROLLBACK AND CHAIN
PREPARE TRANSACTION 'left behind'
SET TRANSACTION READ ONLY
LISTEN everything
NOTIFY everything, 'x'
UNLISTEN *
SELECT pg_advisory_lock(1)::text AS line
SELECT nextval('agents_id_seq')::text AS line
SELECT pg_terminate_backend(pid)::text AS line FROM pg_stat_activity WHERE usename = current_user
SELECT pg_cancel_backend(pid)::text AS line FROM pg_stat_activity WHERE usename = current_user
SELECT pg_reload_conf()::text AS line
ALTER DATABASE postgres SET tenancy.tenant = '2'
ALTER SYSTEM SET session_preload_libraries = 'x'
LOAD 'auto_explain'
CREATE EXTENSION dblink
SECURITY LABEL ON TABLE agents IS 'x'
COMMENT ON TABLE agents IS 'x'
REFRESH MATERIALIZED VIEW agents
VACUUM agents
ANALYZE agents
CLUSTER agents
REINDEX TABLE agents
";

/// Whether it leaves the setting of the tenant alone, which is all that a plain wall asks.
pub(crate) fn leaves_the_setting_alone(statement: &str) -> bool {
    let calls = statement.replace("tenancy.tenant()", "");
    !calls.contains("tenancy.tenant") && !calls.contains("tenancy.set_tenant")
}

async fn all(prefix: &str, kind: Kind) {
    let mut arena = Arena::new(prefix, kind).await;
    // Twice for the connection that is made anew, and for that which the pool holds.
    let mut count = 0;
    let attacks: Vec<_> =
        ATTACKS.lines().filter(|line| !line.is_empty()).map(|line| arena.named(line)).collect();
    for attack in attacks {
        if kind == Kind::Plain && !leaves_the_setting_alone(&attack) {
            continue;
        }
        let mut statements = vec!["SELECT count(*) FROM agents".to_owned()];
        statements.extend(attack.split(";;").map(str::to_owned));
        statements.push("SELECT * FROM agents".to_owned());
        statements.push("SELECT * FROM canvases".to_owned());
        statements.push("SELECT * FROM tenant_3.agents".to_owned());
        let answers = arena.attack(&statements, count % 3 != 0).await;
        arena.unharmed(&answers, &attack).await;
        if attack.contains("DELETE") || attack.contains("UPDATE") || attack.contains("INSERT") {
            arena.mend();
        }
        count += 1;
    }
    assert!(count > 80, "{count}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l20_behind_a_sealed_wall_every_attack_stays_within_its_tenant() {
    all("ho_seal", Kind::Sealed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_plain_wall_every_attack_that_leaves_the_setting_alone_stays_within_its_tenant() {
    all("ho_plain", Kind::Plain).await;
}

/// What the tests above would find, did the wall not hold: the same look, at the same attack, sees the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_wall_does_not_stop_who_writes_the_setting() {
    let arena = Arena::new("ho_contrast", Kind::Plain).await;
    let attack = ["SET LOCAL tenancy.tenant = '2'", "SELECT name AS line FROM agents"].map(str::to_owned);
    let answers = arena.attack(&attack, false).await;
    assert!(answers.iter().any(|answer| answer.contains("#2 ")), "{answers:?}");
}
