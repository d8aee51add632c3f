//! The attacker: any SQL at all, as the application's role, in a transaction of one tenant.

use std::time::{Duration, SystemTime};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_rls::{Binding, RowSecurity, Sealer, SealingKey};

use crate::database::{Database, lines, value};

/// What only the other tenant has.
const SECRETS: [&str; 4] = ["secret", "hidden", "zoe", "dan"];

pub(crate) fn sealer() -> Sealer {
    Sealer::new(SealingKey::new(1, [1; 32]).unwrap())
}

pub(crate) fn sealed(prefix: &str, binding: Binding) -> Database {
    let database = Database::walled(prefix, RowSecurity::sealed);
    database.owner().batch_execute(&SealingKey::new(1, [1; 32]).unwrap().install(binding)).unwrap();
    database
}

pub(crate) fn pid(connection: &mut PgConnection) -> i32 {
    value(connection, "SELECT pg_backend_pid()").parse().unwrap()
}

pub(crate) fn begin(connection: &mut PgConnection, token: &str) {
    connection.batch_execute("BEGIN").unwrap();
    connection.batch_execute(&format!("SET LOCAL tenancy.tenant = '{token}'")).unwrap();
}

/// The error of reading with that token.
pub(crate) fn refusal(connection: &mut PgConnection, token: &str) -> String {
    begin(connection, token);
    let error = lines(connection, "SELECT * FROM agents").unwrap_err().to_string();
    connection.batch_execute("ROLLBACK").unwrap();
    error
}

/// Everything that can be read, row by row.
pub(crate) fn everything(connection: &mut PgConnection) -> diesel::QueryResult<Vec<String>> {
    let mut rows = lines(connection, "SELECT * FROM agents")?;
    rows.extend(lines(connection, "SELECT * FROM canvases")?);
    Ok(rows)
}

fn has_secrets(rows: &[String]) -> bool {
    rows.iter().any(|row| SECRETS.iter().any(|secret| row.contains(secret)))
}

#[test]
fn a_good_seal_opens_its_tenant_bound_or_not() {
    let database = sealed("seal_good", Binding::Any);
    let mut app = database.app();
    let pid = pid(&mut app);
    for (tenant, pid, expected) in
        [("1", Some(pid), "ada-bob"), ("2", Some(pid), "dan-zoe"), ("1", None, "ada-bob")]
    {
        begin(&mut app, &sealer().seal(tenant, pid, SystemTime::now()));
        assert_eq!(value(&mut app, "SELECT string_agg(name, '-' ORDER BY name) FROM agents"), expected);
        app.batch_execute("COMMIT").unwrap();
        assert_eq!(everything(&mut app).unwrap().len(), 0, "after the transaction there is no tenant");
    }
    app.batch_execute("BEGIN").unwrap();
    app.batch_execute(&format!(
        "SELECT tenancy.set_tenant('{}')",
        sealer().seal("2", None, SystemTime::now())
    ))
    .unwrap();
    assert_eq!(value(&mut app, "SELECT tenancy.tenant()"), "2");
}

#[test]
fn any_text_is_sealed_and_comes_back() {
    let database = sealed("seal_text", Binding::Any);
    let mut app = database.app();
    for tenant in ["it's", "a\\b\"c", "\u{1F980} ünï", "x; DROP TABLE agents", "0.1.2", &"long".repeat(300)]
    {
        begin(&mut app, &sealer().seal(tenant, None, SystemTime::now()));
        app.batch_execute(&format!(
            "DO $check$ BEGIN IF tenancy.tenant() <> $text${tenant}$text$ THEN RAISE 'another text'; END IF; END $check$"
        ))
        .unwrap();
        app.batch_execute("ROLLBACK").unwrap();
    }
}

#[test]
fn a_seal_that_is_not_good_raises() {
    let database = sealed("seal_bad", Binding::Any);
    let mut app = database.app();
    let own = pid(&mut app);
    let now = SystemTime::now();
    let good = sealer().seal("1", Some(own), now);
    let unknown = "holds no seal of a known key";
    let swapped = {
        let mut fields: Vec<_> = good.split('.').collect();
        fields[5] = "32"; // the tenant 2
        fields.join(".")
    };
    let unbound = {
        let mut fields: Vec<_> = good.split('.').collect();
        fields[2] = "0";
        fields.join(".")
    };
    let (message, code) = good.rsplit_once('.').unwrap();
    let other_key = Sealer::new(SealingKey::new(1, [2; 32]).unwrap()).seal("2", Some(own), now);
    let other_id = Sealer::new(SealingKey::new(2, [1; 32]).unwrap()).seal("2", Some(own), now);
    for forged in [
        "2",
        "v1",
        "....",
        "v1.1.0.0.99999999999.32.",
        "v1.1.pid.from.until.tenant.code",
        &good[1..],
        &good[..good.len() - 1],
        &good.to_uppercase(),
        &swapped,
        &unbound,
        &other_key,
        &other_id,
        &format!("{good}.{good}"),
        &format!("{good}."),
        &format!("{good}0"),
        // The code is right, and is not where a seal has it.
        &format!("{message}:{code}"),
        &format!("{message}.0.{code}"),
        &format!("{message}.{code}.{}", "0".repeat(64)),
        &format!("{message}.{}", code.to_uppercase()),
    ] {
        let error = refusal(&mut app, forged);
        assert!(error.contains(unknown), "{forged}: {error}");
    }
    let times = "not of this transaction's time";
    let expired = sealer().seal("2", Some(own), now - Duration::from_secs(120));
    assert!(refusal(&mut app, &expired).contains(times));
    let early = sealer().seal("2", Some(own), now + Duration::from_secs(120));
    assert!(refusal(&mut app, &early).contains(times));
    let another = pid(&mut database.app());
    assert!(refusal(&mut app, &sealer().seal("2", Some(another), now)).contains("another backend"));
    // And the good one is good.
    begin(&mut app, &good);
    assert_eq!(everything(&mut app).unwrap().len(), 4);
}

#[test]
fn a_seal_of_no_backend_is_refused_where_all_connect_directly() {
    let database = sealed("seal_direct", Binding::Backend);
    let mut app = database.app();
    let error = refusal(&mut app, &sealer().seal("1", None, SystemTime::now()));
    assert!(error.contains("a seal of no backend"), "{error}");
}

#[test]
fn a_long_transaction_outlives_its_seal_and_a_later_seal_is_not_good_in_it() {
    let database = sealed("seal_long", Binding::Any);
    let mut app = database.app();
    let sealer = sealer().lifetime(Duration::from_secs(3));
    begin(&mut app, &sealer.seal("1", None, SystemTime::now()));
    app.batch_execute("SELECT pg_sleep(4.2)").unwrap();
    assert_eq!(everything(&mut app).unwrap().len(), 4);
    // Captured from another session while this transaction waits.
    let later = sealer.seal("2", None, SystemTime::now() + Duration::from_secs(90));
    app.batch_execute(&format!("SET LOCAL tenancy.tenant = '{later}'")).unwrap();
    assert!(everything(&mut app).is_err());
}

#[test]
fn keys_rotate_and_retire() {
    let database = sealed("seal_rotate", Binding::Any);
    let mut app = database.app();
    let new = SealingKey::new(2, [9; 32]).unwrap();
    let (old_sealer, new_sealer) = (sealer(), Sealer::new(new.clone()));
    assert!(
        refusal(&mut app, &new_sealer.seal("1", None, SystemTime::now())).contains("no seal of a known key")
    );
    database.owner().batch_execute(&new.install(Binding::Any)).unwrap();
    for sealer in [&old_sealer, &new_sealer] {
        begin(&mut app, &sealer.seal("1", None, SystemTime::now()));
        assert_eq!(everything(&mut app).unwrap().len(), 4);
        app.batch_execute("ROLLBACK").unwrap();
    }
    database.owner().batch_execute(&SealingKey::retire(1)).unwrap();
    assert!(
        refusal(&mut app, &old_sealer.seal("1", None, SystemTime::now())).contains("no seal of a known key")
    );
    begin(&mut app, &new_sealer.seal("1", None, SystemTime::now()));
    assert_eq!(everything(&mut app).unwrap().len(), 4);
}

/// What an attacker sends, one statement a line; `{B}` is the other tenant's seal for another backend, `{O}` an expired
/// one for this backend, `{A}` the attacker's own, `{role}` the names of roles.
const ATTACKS: &str = "
SET LOCAL tenancy.tenant = '2'
SET tenancy.tenant = '2'
SET SESSION tenancy.tenant = '{B}'
SELECT set_config('tenancy.tenant', '2', true)
SELECT set_config('tenancy.tenant', '{B}', true)
SELECT set_config('tenancy.tenant', '{O}', false)
SELECT tenancy.set_tenant('2')
SELECT tenancy.set_tenant('{B}')
RESET tenancy.tenant
RESET ALL
DISCARD ALL
SET SESSION AUTHORIZATION {owner}
SET SESSION AUTHORIZATION DEFAULT
SET ROLE {owner}
SET ROLE {across}
SET LOCAL ROLE {across}
RESET ROLE
GRANT {across} TO {app}
ALTER ROLE {app} BYPASSRLS
ALTER ROLE {app} SUPERUSER
ALTER ROLE {app} SET tenancy.tenant = '2'
ALTER DATABASE {db} SET tenancy.tenant = '2'
SET row_security = off
SET session_replication_role = replica
SET plan_cache_mode = force_generic_plan
SET standard_conforming_strings = off
SET transform_null_equals = on
SET search_path = pg_temp, public
SET search_path = tenancy, pg_catalog
SET client_min_messages = debug5; SET debug_print_plan = on; SELECT tenancy.tenant()
CREATE TEMP TABLE sealing_keys AS SELECT '1' AS id
CREATE TEMP TABLE agents (id int)
CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'
CREATE FUNCTION public.right(text, integer) RETURNS text LANGUAGE sql AS 'SELECT $1'
CREATE OR REPLACE FUNCTION tenancy.tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT '2' $$
CREATE OPERATOR public.= (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = byteane)
CREATE SCHEMA evil
CREATE VIEW public.evil AS SELECT * FROM agents
CREATE RULE evil AS ON SELECT TO agents DO INSTEAD SELECT * FROM canvases
CREATE TRIGGER evil BEFORE INSERT ON agents EXECUTE FUNCTION suppress_redundant_updates_trigger()
CREATE POLICY evil ON agents USING (true)
DROP POLICY tenancy_tenant ON agents
ALTER POLICY tenancy_tenant ON agents USING (true)
ALTER TABLE agents DISABLE ROW LEVEL SECURITY
ALTER TABLE agents NO FORCE ROW LEVEL SECURITY
ALTER TABLE agents OWNER TO {app}
ALTER FUNCTION tenancy.tenant() IMMUTABLE
ALTER FUNCTION tenancy.tenant() SECURITY INVOKER
ALTER FUNCTION tenancy.tenant() RESET ALL
DROP FUNCTION tenancy.tenant() CASCADE
DROP SCHEMA tenancy CASCADE
TRUNCATE agents CASCADE
TRUNCATE tenancy.sealing_keys
INSERT INTO tenancy.sealing_keys VALUES ('9', decode(repeat('00', 64), 'hex'), decode(repeat('00', 64), 'hex'), false)
UPDATE tenancy.sealing_keys SET inner_pad = outer_pad
DELETE FROM tenancy.sealing_keys
UPDATE pg_catalog.pg_class SET relrowsecurity = false
DELETE FROM pg_catalog.pg_policy
LOCK TABLE agents IN ACCESS EXCLUSIVE MODE
UPDATE agents SET name = 'owned'
UPDATE canvases SET tenant_id = 2
UPDATE canvases SET title = 'owned' WHERE tenant_id = 2
DELETE FROM canvases WHERE tenant_id = 2
DELETE FROM agents
INSERT INTO agents (tenant_id, name) VALUES (2, 'planted')
INSERT INTO agents (tenant_id, id, name) VALUES (2, 3, 'x') ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'owned'
INSERT INTO agents (tenant_id, id, name) VALUES (2, 3, 'x') ON CONFLICT DO NOTHING
MERGE INTO agents USING (VALUES (2, 3)) AS v (t, id) ON agents.id = v.id WHEN MATCHED THEN DELETE
WITH gone AS (DELETE FROM canvases RETURNING *) INSERT INTO agents (tenant_id, name) SELECT 2, title FROM gone
COPY agents FROM '/etc/passwd'
COPY (SELECT 1) TO PROGRAM 'true'
DO $$ BEGIN PERFORM set_config('tenancy.tenant', '2', true); END $$
DO $$ BEGIN PERFORM set_config('tenancy.tenant', '{B}', true); UPDATE agents SET name = 'owned'; EXCEPTION WHEN OTHERS THEN NULL; END $$
PREPARE a AS SELECT * FROM agents; EXECUTE a
DECLARE a CURSOR FOR SELECT * FROM agents; SELECT set_config('tenancy.tenant', '{B}', true)
SAVEPOINT a; SET LOCAL tenancy.tenant = '2'; ROLLBACK TO a
COMMIT; BEGIN; SET LOCAL tenancy.tenant = '{B}'
COMMIT; BEGIN; SET LOCAL tenancy.tenant = '{O}'
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
SET TimeZone = 'Etc/GMT+12'
SET DateStyle = 'German'
SET bytea_output = 'escape'
SET client_encoding = 'LATIN1'
SET statement_timeout = 1
SELECT pg_advisory_lock(1), lo_create(0), nextval('agents_id_seq')
SELECT lo_import('/etc/passwd')
SELECT pg_read_file('postgresql.conf')
SELECT pg_terminate_backend(1)
LISTEN everything
";

/// Queries whose rows may not show the other tenant, nor the keys.
const PROBES: &[&str] = &[
    "SELECT * FROM agents",
    "SELECT * FROM canvases",
    "SELECT * FROM agents, canvases",
    "SELECT * FROM ONLY agents WHERE ctid IS NOT NULL",
    "SELECT table_to_xml('agents', true, false, '')",
    "SELECT query_to_xml('SELECT * FROM public.canvases', true, false, '')",
    "SELECT database_to_xml(true, false, '')",
    "SELECT most_common_vals FROM pg_stats WHERE tablename IN ('agents', 'canvases')",
    "SELECT prosrc FROM pg_proc WHERE proname = 'tenant'",
    "SELECT * FROM pg_stats WHERE tablename = 'sealing_keys'",
    "SELECT * FROM tenancy.sealing_keys",
    "SELECT * FROM tenancy.before_wall",
    "SELECT stavalues1 FROM pg_statistic",
    "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query NOT LIKE '%v1.1.%'",
    "SELECT count(*) FROM canvases WHERE 1 / (score - 300) > 5 AND title = 'secret'",
    "SELECT * FROM pg_prepared_statements",
    "SELECT * FROM pg_cursors",
    "SELECT last_value FROM agents_id_seq",
    "SELECT currval('agents_id_seq')",
];

#[test]
fn an_attacker_with_any_sql_as_the_application_stays_within_the_tenant() {
    let database = sealed("seal_attack", Binding::Backend);
    let mut superuser = database.superuser();
    superuser.batch_execute("ANALYZE").unwrap();
    let untouched = |superuser: &mut PgConnection| {
        lines(superuser, "SELECT * FROM agents WHERE tenant_id = 2 ORDER BY id")
            .unwrap()
            .into_iter()
            .chain(lines(superuser, "SELECT * FROM canvases WHERE tenant_id = 2 ORDER BY id").unwrap())
            .collect::<Vec<_>>()
    };
    let before = untouched(&mut superuser);
    assert_eq!(before.len(), 4);
    // The victim works meanwhile, with a seal that the attacker got hold of.
    let mut victim = database.app();
    let victim_token = sealer().seal("2", Some(pid(&mut victim)), SystemTime::now());
    begin(&mut victim, &victim_token);
    assert!(has_secrets(&everything(&mut victim).unwrap()), "the secrets are there");

    let mut attacks = 0;
    for attack in ATTACKS.lines().filter(|line| !line.is_empty()) {
        let mut app = PgConnection::establish(&database.url("app")).unwrap();
        let own = pid(&mut app);
        let expired = sealer().seal("2", Some(own), SystemTime::now() - Duration::from_secs(3600));
        let token = sealer().seal("1", Some(own), SystemTime::now());
        let attack = ["owner", "app", "across"]
            .iter()
            .fold(attack.to_owned(), |text, role| text.replace(&format!("{{{role}}}"), &database.role(role)))
            .replace("{db}", &database.name)
            .replace("{A}", &token)
            .replace("{B}", &victim_token)
            .replace("{O}", &expired);
        // The victim holds locks on rows of its own only; an attacker that waits for one has not got through.
        app.batch_execute("SET lock_timeout = '2s'").unwrap();
        begin(&mut app, &token);
        assert_eq!(everything(&mut app).unwrap().len(), 4, "before {attack}");
        app.batch_execute("SAVEPOINT before").unwrap();
        if app.batch_execute(&attack).is_err() {
            // Within the transaction, or what is left of it.
            let _ = app.batch_execute("ROLLBACK TO before");
        }
        for probe in PROBES {
            let _ = app.batch_execute("SAVEPOINT probe");
            match lines(&mut app, probe) {
                Ok(rows) => {
                    assert!(!has_secrets(&rows), "{attack}\n{probe}\n{rows:?}");
                    let reads_keys = probe.contains("tenancy.") && !rows.is_empty();
                    assert!(!reads_keys, "{attack}\n{probe}\n{rows:?}");
                }
                Err(_) => {
                    let _ = app.batch_execute("ROLLBACK TO probe");
                }
            }
        }
        let _ = app.batch_execute("COMMIT");
        assert_eq!(before, untouched(&mut superuser), "{attack}");
        // What the attacker left in the tables, for the next one to find all of it.
        superuser
            .batch_execute(&format!(
                "DELETE FROM canvases WHERE tenant_id = 1; DELETE FROM agents WHERE tenant_id = 1;
                 INSERT INTO agents (id, tenant_id, plan_id, name) VALUES (1, 1, 1, 'ada'), (2, 1, 2, 'bob');
                 INSERT INTO canvases VALUES (1, 1, 1, 'sun', 10), (2, 1, 2, 'sea', 20);
                 ALTER ROLE {} RESET ALL",
                database.role("app")
            ))
            .unwrap();
        attacks += 1;
    }
    assert!(attacks > 80, "{attacks}");
    assert!(has_secrets(&everything(&mut victim).unwrap()), "the victim's transaction goes on");
}

#[test]
fn the_plain_wall_does_not_stop_an_attacker_who_writes_the_setting() {
    // What the test above would find, did the seal not hold.
    let database = Database::walled("seal_contrast", |wall| wall);
    let mut app = database.app();
    begin(&mut app, "1");
    app.batch_execute("SELECT set_config('tenancy.tenant', '2', true)").unwrap();
    assert!(has_secrets(&everything(&mut app).unwrap()));
}
