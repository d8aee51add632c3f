//! What an inspection tries on the tables themselves: it finds what no rule sees, and leaves nothing behind.

use diesel::connection::SimpleConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tenancy_rls::{Binding, Inspection, Report, RowSecurity, Sealer, SealingKey, tables};
use tenancy_tests::server::{known_holes, of_the_database};

use crate::belonging_tables;
use crate::database::{Database, lines, value};
use crate::rules::{AGENTS, report_as};

/// One that accepts what is wrong with the server by its version, or nothing would be tried.
fn inspection(wall: &RowSecurity) -> Inspection<'_> {
    Inspection::new(wall).waivers(known_holes())
}

tenancy_diesel::table! { notes (tenant_id, id) { tenant_id -> Text, id -> Integer, body -> Text, } }

fn codes(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// A tenant column of a domain that has an equality of its own, which is meant to be more lenient than it is.
fn lenient(prefix: &str, rows: &str) -> (Database, RowSecurity) {
    let database = Database::empty(prefix);
    database
        .owner()
        .batch_execute(&format!(
            "CREATE DOMAIN org AS text;
             CREATE FUNCTION same(org, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text || $2 IS NOT NULL';
             CREATE OPERATOR = (LEFTARG = org, RIGHTARG = text, FUNCTION = same);
             CREATE TABLE notes (tenant_id org NOT NULL, id integer NOT NULL, body text NOT NULL, PRIMARY KEY (tenant_id, id)); {rows}"
        ))
        .unwrap();
    let wall = RowSecurity::new(tables![notes], database.roles()).unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    (database, wall)
}

#[test]
fn r097_r098_rows_that_no_rule_sees_let_through() {
    let (database, wall) = lenient("trial_read", "INSERT INTO notes VALUES ('acme', 1, 'secret')");
    let mut app = database.app();
    app.batch_execute("SET tenancy.tenant = 'globex'").unwrap();
    assert_eq!(value(&mut app, "SELECT body FROM notes"), "secret", "it leaks");
    let catalog = report_as(&database, &inspection(&wall).catalog_only(), "app");
    assert!(catalog.findings.is_empty(), "no rule sees it: {catalog}");
    let report = report_as(&database, &inspection(&wall), "app");
    assert_eq!(codes(&report), ["R097", "R098"], "{report}");
    assert!(
        report.to_string().contains("R097 \"public\".\"notes\": a tenant that nobody is reads rows"),
        "{report}"
    );
    assert!(
        report
            .to_string()
            .contains("another tenant's row is refused, but not by the policies: null value in column"),
        "{report}"
    );

    // With a reason it is accepted, as everything is.
    let waivers = ["R097", "R098"].into_iter().fold(known_holes(), |waivers, code| {
        waivers.waive(code, "\"public\".\"notes\"", "one tenant only").unwrap()
    });
    let report = report_as(&database, &inspection(&wall).waivers(waivers), "app");
    assert!(report.is_clean() && report.unused_waivers.is_empty(), "{report}");
}

#[test]
fn r098_a_write_that_an_empty_table_takes() {
    let keyless = "ALTER TABLE notes DROP CONSTRAINT notes_pkey; ALTER TABLE notes ALTER id DROP NOT NULL, ALTER body DROP NOT NULL";
    let (database, wall) = lenient("trial_write", keyless);
    let report = report_as(&database, &inspection(&wall), "app");
    assert_eq!(codes(&report), ["R098"], "{report}");
    assert!(report.to_string().contains("another tenant's row is taken"), "{report}");
    assert_eq!(value(&mut database.superuser(), "SELECT count(*) FROM notes"), "0", "and taken back");
}

/// Each way to belong to a tenant, with equalities that are more lenient than they seem: one of tenants, and one by which rows refer to others.
const LENIENT: &str = "
CREATE DOMAIN org AS integer; CREATE DOMAIN ref AS integer;
CREATE FUNCTION same(org, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR = (LEFTARG = org, RIGHTARG = integer, FUNCTION = same);
CREATE FUNCTION refers(integer, ref) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR = (LEFTARG = integer, RIGHTARG = ref, FUNCTION = refers);
CREATE TABLE boards (tenant_id org NOT NULL, id integer NOT NULL UNIQUE, title text, PRIMARY KEY (tenant_id, id));
CREATE TABLE notes (id integer PRIMARY KEY, board_id ref NOT NULL REFERENCES boards (id), body text);
CREATE TABLE marks (note_id ref NOT NULL REFERENCES notes (id), mark text, PRIMARY KEY (note_id, mark));
CREATE TABLE people (id integer PRIMARY KEY, name text);
CREATE TABLE members (tenant_id org NOT NULL, person_id integer NOT NULL REFERENCES people (id), role text, PRIMARY KEY (tenant_id, person_id));
CREATE TABLE presets (id integer PRIMARY KEY, tenant_id org, name text);
CREATE TABLE labels (id integer NOT NULL UNIQUE, tenant_id org NOT NULL, name text, PRIMARY KEY (tenant_id, id));
CREATE TABLE hints (label_id ref NOT NULL REFERENCES labels (id), hint text, PRIMARY KEY (label_id, hint));
INSERT INTO boards VALUES (1, 1, ''); INSERT INTO notes VALUES (1, 1, ''); INSERT INTO marks VALUES (1, '');
INSERT INTO people VALUES (1, ''); INSERT INTO members VALUES (1, 1, '');
INSERT INTO presets VALUES (1, 1, ''); INSERT INTO labels VALUES (1, 1, ''); INSERT INTO hints VALUES (1, '');
";

#[test]
fn r097_r098_are_tried_on_tables_of_each_kind() {
    let database = Database::empty("trial_kinds");
    database.owner().batch_execute(LENIENT).unwrap();
    let wall = RowSecurity::new(crate::belonging_tables::declared(), database.roles()).unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let catalog = report_as(&database, &inspection(&wall).catalog_only(), "app");
    assert!(catalog.is_clean(), "no rule sees it: {catalog}");
    let report = report_as(&database, &inspection(&wall), "app");
    let of = |code: &str| -> Vec<_> {
        let found = report.findings.iter().filter(|finding| finding.code == code);
        found.map(|finding| finding.object.trim_start_matches("\"public\".").trim_matches('"')).collect()
    };
    assert_eq!(
        of("R097"),
        ["boards", "hints", "labels", "marks", "members", "notes", "people", "presets"],
        "{report}"
    );
    // Links, and what they name, the application does not write at all.
    assert_eq!(of("R098"), ["boards", "hints", "labels", "marks", "notes", "presets"], "{report}");
    assert_eq!(
        lines(&mut database.superuser(), "SELECT id FROM presets").unwrap().len(),
        1,
        "and taken back"
    );
}

#[test]
fn r099_a_read_that_fails() {
    let database = Database::walled("trial_fails", |wall| wall);
    let revoke = format!("REVOKE EXECUTE ON FUNCTION tenancy.tenant() FROM {}", database.role("app"));
    database.owner().batch_execute(&revoke).unwrap();
    let wall = database.wall();
    assert!(report_as(&database, &inspection(&wall).catalog_only(), "app").is_clean());
    let report = report_as(&database, &inspection(&wall), "app");
    assert_eq!(codes(&report), ["R099", "R099"], "{report}");
    assert!(
        report
            .to_string()
            .contains(&format!("R099 {AGENTS}: a read that should find nothing fails: permission denied")),
        "{report}"
    );
    database.owner().batch_execute(&revoke.replace("REVOKE", "GRANT").replace(" FROM ", " TO ")).unwrap();
    assert!(report_as(&database, &inspection(&wall), "app").findings.is_empty());
}

/// Everything that a table can have which a write could set off.
const TOUCHY: &str = "
CREATE TABLE told (what text);
CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('told_seq'); RETURN NEW; END $$;
CREATE SEQUENCE told_seq;
CREATE TABLE touched (tenant_id integer NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, n integer DEFAULT nextval('told_seq'),
                      twice integer GENERATED ALWAYS AS (n * 2) STORED, PRIMARY KEY (tenant_id, id));
CREATE TABLE triggered (tenant_id integer NOT NULL, id integer NOT NULL, PRIMARY KEY (tenant_id, id));
CREATE TRIGGER tells BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION tells();
CREATE TRIGGER tells_all BEFORE INSERT ON triggered FOR EACH STATEMENT EXECUTE FUNCTION tells();
CREATE DOMAIN positive AS integer NOT NULL CHECK (VALUE > 0);
CREATE TABLE domained (tenant_id integer NOT NULL, id positive, PRIMARY KEY (tenant_id, id));
CREATE TABLE parted (tenant_id integer NOT NULL, day date NOT NULL, PRIMARY KEY (tenant_id, day)) PARTITION BY RANGE (day);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ON parted (tenant_id, day);
";

mod touchy {
    tenancy_diesel::table! { touched (tenant_id, id) { tenant_id -> Integer, id -> BigInt, n -> Nullable<Integer>, } }
    tenancy_diesel::table! { triggered (tenant_id, id) { tenant_id -> Integer, id -> Integer, } }
    tenancy_diesel::table! { domained (tenant_id, id) { tenant_id -> Integer, id -> Integer, } }
    tenancy_diesel::table! { parted (tenant_id, day) { tenant_id -> Integer, day -> Date, } }
}

#[test]
fn nothing_is_left_behind_and_nothing_is_set_off() {
    for sealed in [false, true] {
        let database = Database::empty("trial_traces");
        database.owner().batch_execute(TOUCHY).unwrap();
        let tables = tables![touchy::touched, touchy::triggered, touchy::domained, touchy::parted];
        let wall = RowSecurity::new(tables, database.roles()).unwrap();
        let wall = if sealed { wall.sealed() } else { wall };
        let mut owner = database.owner();
        owner.batch_execute(&wall.migration().up()).unwrap();
        owner
            .batch_execute(&format!(
                "ALTER TABLE parted_1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; GRANT USAGE ON SEQUENCE told_seq TO {0}_app, {0}_across",
                database.name
            ))
            .unwrap();
        database.install_key(&wall);
        let state = "SELECT (SELECT last_value::text || is_called FROM told_seq), (SELECT last_value::text || is_called FROM touched_id_seq),
                            (SELECT count(*) FROM told), pg_stat_get_xact_tuples_inserted('touched'::regclass)";
        let before = lines(&mut database.superuser(), state).unwrap();
        let sealer = Sealer::new(SealingKey::new(1, [1; 32]).unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let report = runtime.block_on(async {
            let mut connection = AsyncPgConnection::establish(&database.url("app")).await.unwrap();
            let inspection = inspection(&wall).sealed_by(&sealer);
            let report = of_the_database(inspection.run(&mut connection).await.unwrap());
            // The session is as it was.
            connection
                .batch_execute(
                    "DO $$ BEGIN ASSERT coalesce(current_setting('tenancy.tenant', true), '') = '' AND current_setting('lock_timeout') = '0'; END $$",
                )
                .await
                .unwrap();
            report
        });
        assert!(report.findings.is_empty(), "{report}");
        assert_eq!(before, lines(&mut database.superuser(), state).unwrap());
    }
}

/// A boot does not wait for a migration, nor fail on a standby.
#[test]
fn what_cannot_be_tried_now_is_not_tried() {
    let database = Database::walled("trial_locked", |wall| wall);
    let mut owner = database.owner();
    owner.batch_execute("BEGIN; LOCK TABLE agents IN SHARE MODE").unwrap();
    let wall = database.wall();
    assert!(report_as(&database, &inspection(&wall), "app").findings.is_empty());
    owner.batch_execute("ROLLBACK").unwrap();
    database
        .superuser()
        .batch_execute(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name))
        .unwrap();
    assert!(report_as(&database, &inspection(&wall), "app").findings.is_empty());
}

#[test]
fn behind_a_pooler_seals_of_no_backend_are_tried() {
    let database = Database::walled("trial_pooled", RowSecurity::sealed);
    let sealer = Sealer::new(SealingKey::new(1, [1; 32]).unwrap());
    database.owner().batch_execute(&SealingKey::new(1, [1; 32]).unwrap().install(Binding::Any)).unwrap();
    let wall = database.wall().sealed();
    let waivers = known_holes().waive("R093", "pg_stat_get_activity(integer)", "a test").unwrap();
    let inspection = inspection(&wall).behind_pooler().waivers(waivers).sealed_by(&sealer);
    let report = report_as(&database, &inspection, "app");
    assert!(report.is_clean(), "{report}");
}

/// An equality of the tenants' own that is more lenient than it seems: no rule sees it.
#[test]
fn r097_r098_of_the_rows_of_a_parent_that_lets_everybody_in() {
    let database = Database::empty("trial_belong");
    database
        .owner()
        .batch_execute(
            "CREATE DOMAIN org AS integer; CREATE DOMAIN ref AS integer;
             CREATE FUNCTION same(org, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
             CREATE OPERATOR = (LEFTARG = org, RIGHTARG = integer, FUNCTION = same);
             CREATE FUNCTION refers(integer, ref) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
             CREATE OPERATOR = (LEFTARG = integer, RIGHTARG = ref, FUNCTION = refers);
             CREATE TABLE boards (tenant_id org NOT NULL, id integer NOT NULL UNIQUE, title text, PRIMARY KEY (tenant_id, id));
             CREATE TABLE notes (id integer PRIMARY KEY, board_id ref NOT NULL REFERENCES boards (id), body text);
             INSERT INTO boards VALUES (1, 1, ''); INSERT INTO notes VALUES (1, 1, '')",
        )
        .unwrap();
    let wall = RowSecurity::new(tables![belonging_tables::boards, belonging_tables::notes], database.roles())
        .unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let catalog = report_as(&database, &inspection(&wall).catalog_only(), "app");
    assert!(catalog.is_clean(), "no rule sees it: {catalog}");
    let report = report_as(&database, &inspection(&wall), "app");
    let [boards, notes] = ["boards", "notes"].map(|table| format!("\"public\".\"{table}\""));
    let expected = [
        format!("R097 {boards}"),
        format!("R097 {notes}"),
        format!("R098 {boards}"),
        format!("R098 {notes}"),
    ];
    let found = report.findings.iter().filter(|finding| finding.code.starts_with("R09"));
    let found: Vec<_> = found.map(|finding| format!("{} {}", finding.code, finding.object)).collect();
    assert_eq!(found, expected, "{report}");
}
