//! A tenant that is created at a place of its own: what is there then, what is refused, and what is left wherever it is killed.

use std::os::unix::fs::PermissionsExt as _;

use crate::command::Operator;
use crate::database::{Database, without_empty};

/// The tenants' tables in a schema of one's own, as those that are shared.
fn schema(database: &Database, schema: &str) {
    let tables = [
        "accounts",
        "users",
        "documents",
        "tags",
        "comments",
        "replies",
        "settings",
        "memberships",
        "people",
        "keyless",
    ];
    let like = |table| format!("CREATE TABLE {schema}.{table} (LIKE public.{table} INCLUDING ALL);");
    database.run(&format!("CREATE SCHEMA {schema}; {}", tables.map(like).concat()));
}

/// A hook that makes one row where the tenant lives, however often it is called, and fails while there is a file `broken`.
fn seeding(operator: &Operator) -> String {
    let program = operator.folder.join("seed.sh");
    let script = r#"#!/bin/sh
told=$(cat)
echo "$told" >> calls
word() { echo "$told" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
tenant=$(word tenant); schema=$(word schema); url=$DATABASE_URL
if [ -n "$(word database)" ]; then url=$TENANCY_DATABASE_SILO; fi
psql "$url" --quiet --set ON_ERROR_STOP=1 --command \
    "INSERT INTO ${schema:-public}.keyless SELECT $tenant, 'welcome' WHERE NOT EXISTS (SELECT FROM ${schema:-public}.keyless WHERE tenant_id = $tenant)"
if [ -e broken ]; then echo 'billing is down' >&2; exit 7; fi
"#;
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program.display().to_string()
}

fn entry(home: &Database, tenant: &str) -> String {
    home.lines(&format!(
        "SELECT concat_ws(' ', status, kind, database_name, schema_name) AS line FROM tenancy.tenant_placements WHERE tenant = '{tenant}'"
    ))
    .concat()
}

fn rows(database: &Database, table: &str, tenant: &str) -> String {
    database.one(&format!("SELECT count(*)::text AS line FROM {table} WHERE tenant_id = {tenant}"))
}

/// What the journal has of the tenant's creations.
fn journal(home: &Database, tenant: &str) -> Vec<String> {
    let there = home.one("SELECT (to_regclass('tenancy.tenant_operations') IS NOT NULL)::text AS line");
    if there == "false" {
        return Vec::new();
    }
    home.lines(&format!(
        "SELECT concat_ws(' ', kind, request, CASE WHEN finished_at IS NULL THEN 'open' WHEN result IS NULL THEN 'undone' ELSE 'done' END) AS line
           FROM tenancy.tenant_operations WHERE tenant = '{tenant}' ORDER BY started_at"
    ))
}

#[test]
fn a_tenant_comes_into_a_schema_and_into_a_database_with_its_first_rows_there() {
    let (home, silo) = (Database::of_three("cli_placed"), Database::of_one("cli_placed_silo", "4"));
    let operator = Operator::of(&home, "placed").with_silo(&silo);
    let hook = seeding(&operator);
    schema(&home, "seven");
    schema(&silo, "nine");
    home.run("INSERT INTO organisations VALUES (7, 'seven')");
    let others = home.others("7");
    for (tenant, place, words, said, catalog, table) in [
        (
            "7",
            &home,
            &["--to", "schema", "--schema", "seven"][..],
            "in the schema seven",
            "active schema seven",
            "seven.keyless",
        ),
        (
            "8",
            &silo,
            &["--to", "database", "--name", "silo"],
            "in the database silo",
            "active database silo",
            "public.keyless",
        ),
        (
            "9",
            &silo,
            &["--to", "database", "--name", "silo", "--schema", "nine"],
            "in the schema nine of the database silo",
            "active database silo nine",
            "nine.keyless",
        ),
    ] {
        let create = [&["create", tenant, "--hook", &hook], words].concat();
        let ran = operator.run(&create).ended(0);
        assert!(ran.out.contains(&format!("the tenant {tenant} is active, {said}")), "{}", ran.out);
        assert_eq!((entry(&home, tenant), rows(place, table, tenant)), (catalog.to_owned(), "1".to_owned()));
        // Not beside the others: in the shared tables there is nothing of it.
        assert!(without_empty(home.own(tenant)).is_empty(), "{tenant}");
        // Again, whether or not it is said where: it says what is there.
        for again in [&create[..], &["create", tenant, "--hook", &hook]] {
            let ran = operator.run(again).ended(0);
            assert!(
                ran.out.contains(&format!("the tenant {tenant} is active already, {said}")),
                "{}",
                ran.out
            );
        }
        let json = operator.run(&[&create[..], &["--json"]].concat()).ended(0);
        let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        let named = |field: &str| json[field].as_str().unwrap_or("").to_owned();
        assert_eq!(json["was_done"], true);
        assert!(catalog.ends_with([named("database"), named("schema")].join(" ").trim()), "{json}");
        operator.run(&["create", tenant, "--to", "shared"]).failed_with(&[
            &format!("the tenant \"{tenant}\" lives in the "),
            "and not in the shared tables",
            &format!("fix: leave out `--to`, where it is to stay; or move it, with its rows: `tenancy move {tenant} --to"),
        ]);
        // And it lives there.
        let folder = format!("exports-{tenant}");
        let exported = operator.run(&["export", tenant, "--to", &folder]).ended(0);
        assert!(exported.out.contains(&format!("{table}: 1 row")), "{}", exported.out);
    }
    let calls = std::fs::read_to_string(operator.folder.join("calls")).unwrap();
    assert_eq!(calls.lines().count(), 3, "{calls}");
    assert_eq!(home.others("7"), others);
    // In the shared tables the hook is told of no place.
    home.run("INSERT INTO organisations VALUES (10, 'ten')");
    let ran = operator.run(&["create", "10", "--hook", &hook]).ended(0);
    assert!(ran.out.contains("the tenant 10 is active, in the shared tables"), "{}", ran.out);
    assert_eq!(rows(&home, "public.keyless", "10"), "1");
    let calls = std::fs::read_to_string(operator.folder.join("calls")).unwrap();
    let last: serde_json::Value = serde_json::from_str(calls.lines().last().unwrap()).unwrap();
    assert!(last.get("schema").is_none() && last.get("database").is_none(), "{last}");
}

#[test]
fn a_place_that_is_not_ready_is_refused_with_what_it_lacks_and_nothing_is_left() {
    let (home, silo) = (Database::of_three("cli_unready"), Database::of_one("cli_unready_silo", "4"));
    let operator = Operator::of(&home, "unready").with_silo(&silo);
    home.run("CREATE SCHEMA empty");
    for name in ["seven", "used", "bare", "other", "stale"] {
        schema(&home, name);
    }
    home.run("INSERT INTO used.keyless VALUES (3, 'theirs'); ALTER TABLE stale.keyless DROP COLUMN text");
    home.run("INSERT INTO tenancy.tenant_placements VALUES ('5', 'deleted', 'schema', 'other')");
    // Shared rows are nobody's.
    home.run("INSERT INTO seven.settings (tenant_id, name, value) VALUES (NULL, 'colour', 'of all')");
    silo.run("DROP TABLE replies");
    let to_schema = |name| ["create", "7", "--to", "schema", "--schema", name, "--hook", "touch called"];
    let refused = |words: &[&str], texts: &[&str]| {
        operator.run(words).failed_with(&[&["the tenant \"7\" is not created"], texts].concat());
        assert_eq!((entry(&home, "7"), journal(&home, "7")), (String::new(), Vec::new()), "{words:?}");
        assert!(!operator.folder.join("called").exists(), "{words:?}: the hook was called");
    };
    refused(
        &to_schema("nowhere"),
        &[
            "the schema nowhere is not there",
            "`tenancy migrate run --schema nowhere --create-schemas`",
            "--tenant-schema nowhere",
        ],
    );
    refused(&to_schema("empty"), &["the schema empty lacks declared tables: empty.accounts, empty.users"]);
    refused(
        &to_schema("stale"),
        &[
            "the schema stale is not migrated, and lacks declared columns: stale.keyless.text",
            "fix: run the application's migrations",
        ],
    );
    refused(&to_schema("other"), &["the schema other is or was the tenant \"5\"'s", "a schema of its own"]);
    refused(&to_schema("used"), &["the schema used has rows of others: used.keyless", "fix: "]);
    refused(&to_schema("sales"), &["the schema sales has the tables that tenants share"]);
    operator.run(&["create", "7", "--to", "schema"]).failed_with(&["a schema takes --schema", "fix: "]);
    let to_silo = ["create", "7", "--to", "database", "--name", "silo"];
    refused(&to_silo, &["the database \"silo\" lacks declared tables: public.replies", "in that database"]);
    refused(
        &["create", "7", "--to", "database", "--name", "nowhere"],
        &["no address of the database \"nowhere\" is known", "fix: set TENANCY_DATABASE_NOWHERE"],
    );
    // Rows that it has already, there or beside the others.
    for (here, table) in [
        ("INSERT INTO seven.keyless VALUES (7, 'left')", "seven.keyless (1)"),
        ("INSERT INTO keyless VALUES (7, 'left')", "public.keyless (1)"),
    ] {
        home.run(here);
        refused(&to_schema("seven"), &["the tenant \"7\" has rows already", table, "fix: erase those first"]);
        home.run("DELETE FROM seven.keyless; DELETE FROM keyless WHERE tenant_id = 7");
    }
    // The shared tables are behind their wall, and the schema is not.
    home.run("ALTER TABLE keyless ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
    refused(
        &to_schema("bare"),
        &[
            "the schema bare is not behind the wall",
            "bare.keyless without forced row-level security",
            "`tenancy wall migration --tenant-schema bare`",
        ],
    );
    // Rows that are brought there are refused as well.
    operator
        .run(&["clone", "1", "--into", "7", "--to", "schema", "--schema", "bare"])
        .failed_with(&["the tenant \"1\" is not cloned", "the schema bare is not behind the wall"]);
    home.run("ALTER TABLE bare.keyless ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
    operator.run(&to_schema("bare")).ended(0);
    assert_eq!(entry(&home, "7"), "active schema bare");
}

#[test]
fn a_place_that_is_behind_in_migrations_is_refused_by_their_names() {
    let (home, silo) = (Database::of_three("cli_behind"), Database::of_one("cli_behind_silo", "4"));
    let operator = Operator::of(&home, "behind").with_silo(&silo);
    for name in ["six", "seven"] {
        schema(&home, name);
    }
    home.run("INSERT INTO tenancy.tenant_placements VALUES ('6', 'active', 'schema', 'six')");
    home.run(tenancy_operate::migrations::STATUS_MIGRATION);
    // In the shared tables there is more than in schemas, and in the one schema a canary's next.
    let applied = |schema: &str, name: &str, state: &str| {
        let version = name.split('_').next().unwrap();
        home.run(&format!(
            "INSERT INTO tenancy.migration_steps (database_name, schema_name, version, name, state) VALUES ('', '{schema}', '{version}', '{name}', '{state}')
             ON CONFLICT (database_name, schema_name, version) DO UPDATE SET state = excluded.state"
        ));
    };
    let create = ["create", "7", "--to", "schema", "--schema", "seven"];
    let refused = |words: &[&str], texts: &[&str]| {
        operator.run(words).failed_with(&[&["is not migrated"], texts].concat());
        assert_eq!((entry(&home, "7"), journal(&home, "7")), (String::new(), Vec::new()), "{words:?}");
    };
    applied("", "0001_shared", "applied");
    applied("six", "0002_notes", "applied");
    refused(
        &create,
        &[
            "the others have 0002_notes, and it has not",
            "fix: run the application's migrations there: `tenancy migrate run --schema seven`",
        ],
    );
    refused(
        &["create", "7", "--to", "database", "--name", "silo"],
        &["the others have 0001_shared, and it has not"],
    );
    applied("seven", "0002_notes", "failed");
    refused(&create, &["the migration 0002_notes is failed there"]);
    // Diesel's own table there is the truth.
    applied("seven", "0002_notes", "applied");
    refused(&create, &["the others have 0002_notes"]);
    home.run("CREATE TABLE seven.__diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now());
              INSERT INTO seven.__diesel_schema_migrations VALUES ('0002')");
    operator.run(&create).ended(0);
    assert_eq!(entry(&home, "7"), "active schema seven");
}

#[test]
fn a_creation_is_one_wherever_it_is_killed_and_nobody_is_served_before_its_end() {
    for point in ["create.looked", "create.commit", "create.added", "hook.called", "create.done"] {
        let (home, silo) =
            (Database::of_three("cli_kill_placed"), Database::of_one("cli_kill_placed_silo", "4"));
        let operator = Operator::of(&home, point).with_silo(&silo);
        let hook = seeding(&operator);
        schema(&home, "seven");
        let places = [
            ("7", &home, "seven.keyless", "schema seven", &["--to", "schema", "--schema", "seven"][..]),
            ("8", &silo, "public.keyless", "database silo", &["--to", "database", "--name", "silo"]),
        ];
        for (tenant, place, table, lives, to) in places {
            let create = [&["create", tenant, "--hook", &hook], to].concat();
            operator.stopped_at(point, &create).unwrap_or_else(|| panic!("{point} is not reached")).kill();
            let expected = match point {
                "create.looked" | "create.commit" => String::new(),
                "create.done" => format!("active {lives}"),
                _ => format!("suspended {lives}"),
            };
            assert_eq!(entry(&home, tenant), expected, "{point}");
            let ran = operator.run(&create).ended(0);
            assert_eq!(ran.out.contains("already"), point == "create.done", "{point}: {}", ran.out);
            assert_eq!(entry(&home, tenant), format!("active {lives}"), "{point}");
            assert_eq!(rows(place, table, tenant), "1", "{point}");
            assert!(operator.run(&create).ended(0).out.contains("is active already"), "{point}");
            let done = journal(&home, tenant);
            assert!(done.len() == 1 && done[0].ends_with(" done"), "{point}: {done:?}");
        }
        // The hook was called again where it was not known to have succeeded, with the key that it had.
        let calls = std::fs::read_to_string(operator.folder.join("calls")).unwrap();
        let keys: Vec<_> = calls
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["idempotency_key"].to_string()
            })
            .collect();
        let expected = if point == "hook.called" { 4 } else { 2 };
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!((keys.len(), distinct.len()), (expected, 2), "{point}: {keys:?}");
        std::fs::remove_dir_all(&operator.folder).unwrap();
    }
}

#[test]
fn a_creation_that_is_not_to_be_is_taken_back_and_its_place_is_free_again() {
    let home = Database::of_three("cli_undo_create");
    let operator = Operator::of(&home, "undo-create");
    let hook = seeding(&operator);
    for name in ["wrong", "seven"] {
        schema(&home, name);
    }
    let at = |tenant, schema| ["create", tenant, "--to", "schema", "--schema", schema, "--hook", &hook];
    std::fs::write(operator.folder.join("broken"), "").unwrap();
    operator.run(&at("7", "wrong")).failed_with(&["billing is down", "fix: mend it"]);
    assert_eq!(entry(&home, "7"), "suspended schema wrong");
    // Somebody else gets neither the id nor the place meanwhile.
    operator
        .run(&at("7", "seven"))
        .failed_with(&["interrupted half way: create", "`tenancy tenants create ID --undo`"]);
    operator.run(&at("8", "wrong")).failed_with(&["the schema wrong is or was the tenant \"7\"'s"]);
    // What the hook has made is not deleted by the way.
    let undo = ["create", "7", "--undo"];
    operator.run(&undo).failed_with(&[
        "the creation of the tenant \"7\" is not taken back",
        "has rows already: wrong.keyless (1)",
        "fix: delete what the hook has made in the schema wrong",
    ]);
    assert_eq!(entry(&home, "7"), "suspended schema wrong");
    home.run("DELETE FROM wrong.keyless");
    operator.stopped_at("create.undo", &undo).expect("it is reached").kill();
    assert_eq!(entry(&home, "7"), "suspended schema wrong");
    assert!(operator.run(&undo).ended(0).out.contains("the creation of the tenant 7 is taken back"));
    assert_eq!((entry(&home, "7"), journal(&home, "7").len()), (String::new(), 1));
    assert!(journal(&home, "7")[0].ends_with(" undone"), "{:?}", journal(&home, "7"));
    assert!(operator.run(&undo).ended(0).out.contains("was not begun, or is taken back already"));
    std::fs::remove_file(operator.folder.join("broken")).unwrap();
    operator.run(&at("7", "seven")).ended(0);
    operator.run(&at("8", "wrong")).ended(0);
    assert_eq!(
        (entry(&home, "7"), entry(&home, "8")),
        ("active schema seven".to_owned(), "active schema wrong".to_owned())
    );
    // One that has ended is another matter.
    operator.run(&undo).failed_with(&[
        "the tenant \"7\" is active, and no creation of it is left",
        "tenancy tenants erase 7",
    ]);
    assert_eq!(entry(&home, "7"), "active schema seven");
    operator.run(&["create", "9", "--undo", "--to", "shared"]).ended(2);
}
