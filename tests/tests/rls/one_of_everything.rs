//! A database with one of everything that a key can carry: the wall goes up, loses nothing but what it replaces, and comes down again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, RowSecurity, Tables, tables};

use crate::database::{Database, lines, value};
use crate::rules::report_as;

tenancy_diesel::table! {
    #![tenant_global(plans)]

    teams (id) { id -> BigInt, tenant_id -> Integer, }
    members (id) { id -> Integer, tenant_id -> Integer, }
    grouped (id) { id -> Integer, tenant_id -> Integer, }
    in_groups (id) { id -> Integer, tenant_id -> Integer, }
    events (id) { id -> Integer, tenant_id -> Integer, }
    comments (id) { id -> Integer, tenant_id -> Integer, }
    of_an_extension (id) { id -> Integer, tenant_id -> Integer, }
    api_tokens (id) { id -> Integer, tenant_id -> Integer, }
    uses (id) { id -> Integer, tenant_id -> Integer, }
    plans (id) { id -> Integer, }
}

// The other ways to belong to a tenant.
tenancy_diesel::table! {
    boards (tenant_id, number) { tenant_id -> Integer, number -> Integer, }
    #[tenant_scoped(through = boards(board_number = number))]
    notes (id) { id -> BigInt, board_number -> Integer, }
    #[tenant_scoped(through = notes(note_id))]
    marks (note_id, mark) { note_id -> BigInt, mark -> Text, }
    memberships (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, }
    #[tenant_scoped(link = memberships(person_id))]
    people (id) { id -> Integer, }
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
    #[tenant_scoped(tenant_id, shared = 0)]
    labels (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
    #[tenant_scoped(through = labels(label_id))]
    hints (label_id, hint) { label_id -> Integer, hint -> Text, }
    #[tenant_scoped(tenant_id, filter = archived_at.is_null())]
    archives (id) { id -> Integer, tenant_id -> Integer, archived_at -> Nullable<Timestamptz>, }
}

tenancy_diesel::table! {
    #[sql_name = "monthly_consolidated_revenue_recognition_adjustment_entries"]
    entries (id) { id -> Integer, tenant_id -> Integer, }
}

tenancy_diesel::table! {
    #[sql_name = "monthly_consolidated_revenue_recognition_adjustment_entry_lines"]
    entry_lines (id) { id -> Integer, tenant_id -> Integer, }
}

pub(crate) fn declared() -> Tables {
    tables![
        teams,
        members,
        grouped,
        in_groups,
        events,
        comments,
        of_an_extension,
        api_tokens,
        uses,
        entries,
        entry_lines,
        boards,
        notes,
        marks,
        memberships,
        people,
        presets,
        labels,
        hints,
        archives,
        plans
    ]
    .unique_over_all_tenants::<api_tokens::table>(
        "api_tokens_token_key",
        "a token is random, and names its tenant",
    )
}

/// A database with all of it, and its wall.
fn everything(prefix: &str) -> (Database, RowSecurity) {
    let database = Database::empty(prefix);
    let sql = ["owner", "app", "across"]
        .iter()
        .fold(include_str!("one_of_everything.sql").replace("{db}", &database.name), |sql, role| {
            sql.replace(&format!("{{{role}}}"), &database.role(role))
        });
    let mut superuser = database.superuser();
    // Not within a transaction, which several statements at once are.
    superuser.batch_execute("SET allow_in_place_tablespaces = on").unwrap();
    superuser.batch_execute(&format!("CREATE TABLESPACE {}_other LOCATION ''", database.name)).unwrap();
    superuser.batch_execute(&sql).unwrap();
    let wall = RowSecurity::new(declared(), database.roles()).unwrap();
    (database, wall)
}

/// What `pg_dump` says of each object, by the object's kind and name. It is the server's own idea of what there is.
fn dumped(database: &Database) -> BTreeMap<String, String> {
    let bin = value(&mut database.superuser(), "SELECT setting FROM pg_config() WHERE name = 'BINDIR'");
    let dump = Command::new(PathBuf::from(bin.trim_matches('"')).join("pg_dump"))
        .args(["--schema-only", "--dbname", database.superuser_url()])
        .output()
        .unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let text = String::from_utf8(dump.stdout).unwrap();
    text.split("\n--\n-- Name: ")
        .skip(1)
        .map(|entry| {
            let (header, body) = entry.split_once('\n').unwrap();
            // The header has it as well; which entry it stands in is by their order.
            let body: Vec<_> = body
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with("SET default_tablespace"))
                .filter(|line| !line.starts_with("--") && !line.starts_with("\\"))
                .collect();
            (header.to_owned(), body.join("\n"))
        })
        .collect()
}

/// What `pg_dump` leaves out, or does not tell apart.
const BESIDE: &str = "
    SELECT 'index', indexrelid::regclass::text, concat_ws(' ', indisclustered, indisreplident, indisvalid, indisready)
      FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL
    SELECT 'table', oid::regclass::text,
           concat_ws(' ', relreplident, reloptions, relhastriggers,
                     ARRAY(SELECT concat_ws(' ', grantee, privilege_type, is_grantable)
                             FROM aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", relowner))) ORDER BY 1))
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S', 'v', 'm')
    UNION ALL
    SELECT 'column', attrelid::regclass || '.' || attname, concat_ws(' ', attacl, attnotnull, attstattarget, attinhcount)
      FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid AND c.relnamespace = 'public'::regnamespace WHERE attnum > 0
    UNION ALL
    SELECT 'trigger', tgrelid::regclass || '.' || tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'key', conrelid::regclass || '.' || conname, concat_ws(' ', convalidated, pg_get_constraintdef(c.oid), coninhcount, conislocal)
      FROM pg_constraint AS c WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'extension', pg_describe_object(classid, objid, 0), deptype::text
      FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype IN ('e', 'x')";

/// Which indexes a table is clustered by, or identified by to its subscribers; and whether every index is whole.
const MARKS: &str = "
    SELECT indexrelid::regclass::text, indisclustered, indisreplident, indisvalid FROM pg_index
     WHERE (indisclustered OR indisreplident OR NOT indisvalid) ORDER BY 1";

/// All of it, by what it is of.
fn catalog(database: &Database) -> BTreeMap<String, String> {
    let beside = lines(&mut database.superuser(), BESIDE).unwrap();
    let beside = beside.into_iter().map(|line| match line.rsplit_once(',') {
        Some((name, rest)) => (name.to_owned(), rest.to_owned()),
        None => (line, String::new()),
    });
    dumped(database).into_iter().chain(beside).collect()
}

/// The entries that differ, each with what it was and what it is.
fn differences(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| format!("{name}\n    was {:?}\n    is  {:?}", before.get(name), after.get(name)))
        .collect()
}

#[test]
fn down_brings_everything_back() {
    let (database, wall) = everything("rls_everything");
    let migration = wall.migration();
    let before = catalog(&database);
    database.owner().batch_execute(&migration.up()).unwrap();
    let walled = catalog(&database);
    database.owner().batch_execute(&migration.up()).unwrap();
    assert_eq!(differences(&walled, &catalog(&database)), [""; 0], "twice is once");
    database.owner().batch_execute(&migration.down()).unwrap();
    assert_eq!(differences(&before, &catalog(&database)), [""; 0], "down is back");
    database.owner().batch_execute(&migration.up()).unwrap();
    assert_eq!(differences(&walled, &catalog(&database)), [""; 0], "and up again");
}

/// What has changed otherwise than by the tenant in front of a key's columns, each for a reason.
const ON_PURPOSE: [&str; 17] = [
    // The tenant is among the columns whose statistics are numbered.
    "INDEX teams, (by % USING label",
    "INDEX today's body",
    // A primary key's and a replica identity's column is NOT NULL.
    "TABLE teams",
    // MATCH FULL would ask for the tenant to be NULL as well; a check says it of the others, in the table's definition.
    "FK CONSTRAINT members members_full",
    "TABLE members",
    // No ON UPDATE SET NULL or SET DEFAULT leaves the tenant alone; a trigger does it. With one column, MATCH FULL says nothing.
    "FK CONSTRAINT members members_boss",
    "FK CONSTRAINT members members_nulled",
    "TRIGGER members FK_tenancy_66863a6ccc34",
    "TRIGGER teams FK_tenancy_27b3973be07f",
    // Something else needs them as they are, and they get one with the tenant beside them.
    "CONSTRAINT grouped grouped_pkey_tenancy_key",
    "CONSTRAINT grouped grouped_slug_key_tenancy_key",
    // The rows that all tenants share have none, and a primary key has one.
    "CONSTRAINT presets presets_key_tenancy_key",
    // Declared to be unique over all tenants, and referred to.
    "CONSTRAINT api_tokens api_tokens_token_key_tenancy_key",
    // No index began with the tenant.
    "INDEX monthly_consolidated_revenue_recognition_adjus_4c7785a0_tenancy",
    "INDEX monthly_consolidated_revenue_recognition_adjus_d3ef9f23_tenancy",
    // For the exclusion of one tenant's rows.
    "EXTENSION btree_gist",
    "COMMENT EXTENSION btree_gist",
];

#[test]
fn up_loses_nothing_but_what_it_replaces() {
    let (database, wall) = everything("rls_everything_up");
    // But for the wall's own objects, and the grants, which other tests look at.
    let seen = |database: &Database| -> BTreeMap<String, String> {
        dumped(database)
            .into_iter()
            .filter_map(|(header, body)| {
                let mut parts = header.split("; ");
                let (name, kind) = (parts.next()?, parts.next()?.trim_start_matches("Type: "));
                let schema = parts.next()?.trim_start_matches("Schema: ");
                let own = schema == "tenancy"
                    || ["ACL", "ROW SECURITY"].contains(&kind)
                    || kind == "POLICY" && name.contains(" tenancy_")
                    || kind == "SCHEMA" && name == "tenancy";
                let body: Vec<_> =
                    body.lines().filter(|line| !line.ends_with(" FORCE ROW LEVEL SECURITY;")).collect();
                (!own).then(|| (format!("{kind} {name}"), body.join("\n")))
            })
            .collect()
    };
    let mut before = seen(&database);
    let marks = |database: &Database| lines(&mut database.superuser(), MARKS).unwrap();
    let marked = marks(&database);
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let mut walled = seen(&database);
    // Some keys have had it.
    for (name, text) in before.iter_mut().chain(&mut walled) {
        if name.contains("CONSTRAINT") || name.starts_with("INDEX") {
            *text = text.replace("tenant_id WITH =, ", "").replace("tenant_id, ", "");
        }
    }
    let names: BTreeSet<_> = before.keys().chain(walled.keys()).collect();
    let different: BTreeSet<_> =
        names.into_iter().filter(|name| before.get(*name) != walled.get(*name)).map(String::as_str).collect();
    assert_eq!(different, ON_PURPOSE.into(), "{:#?}", differences(&before, &walled));
    assert_eq!(marked, marks(&database));
}

#[test]
fn an_inspection_finds_no_more_than_what_is_meant() {
    let (database, wall) = everything("rls_everything_found");
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    let found: BTreeSet<_> =
        report.findings.iter().map(|finding| format!("{} {}", finding.code, finding.object)).collect();
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [
            "R031 api_tokens key api_tokens_token_key",
            "R033 boards key boards_number",
            "R033 grouped key grouped_pkey",
            "R033 grouped key grouped_slug_key",
            "R033 labels key labels_id",
            "R033 presets key presets_key",
            "R035 \"teams, (by % USING label\"",
            "R035 members_room",
            "R035 teams_plain",
            "R038 notes key notes_alone",
            "R038 notes key notes_body",
            "R038 notes key notes_key",
            "R045 \"public\".\"teams\" rule teams_quiet",
            "R046 \"public\".\"events\" publication the_parts",
            "R046 \"public\".\"teams\" publication some_of_it",
            "R073 teams trigger teams_late",
        ],
        "{report}"
    );
    assert_eq!(report.refusals().count(), 1, "{report}");
}
