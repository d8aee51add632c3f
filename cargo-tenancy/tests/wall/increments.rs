//! What the database lacks, and the migrations that are written for it, each of which is run.

use std::fs;

use diesel::connection::SimpleConnection as _;

use crate::database::{Database, with_invoices};

#[test]
fn each_increment_that_is_written_is_run_and_leaves_a_clean_database() {
    let database = Database::new("tool_increments");
    let lacking = database.json(&["wall", "diff"], "owner", 1);
    assert!(
        lacking["database_mode"].is_null() && !lacking["differences"].as_array().unwrap().is_empty(),
        "{lacking}"
    );

    let written =
        database.json(&["wall", "migration", "--migration-version", "2026-01-01-000000"], "owner", 0);
    assert_eq!(written["version"], "2026-01-01-000000");
    database.migrate("2026-01-01-000000");
    let none = database.done(&["wall", "diff"], "owner");
    assert!(none.contains("the database has the declared wall"), "{none}");
    database.done(&["inspect"], "app");
    let nothing = database.json(&["wall", "migration"], "owner", 0);
    assert!(nothing["version"].is_null(), "{nothing}");
    assert_eq!(fs::read_dir(database.path("migrations")).unwrap().count(), 1);

    // The declarations change: the next increment.
    database
        .as_role("owner")
        .batch_execute("CREATE TABLE invoices (id integer PRIMARY KEY, tenant_id integer NOT NULL, total integer NOT NULL)")
        .unwrap();
    database.declare(&database.wall(with_invoices()));
    let lacking = database.said(&["wall", "diff"], "owner", 1);
    assert!(lacking.contains("R011 \"public\".\"invoices\"") && !lacking.contains("\"boards\""), "{lacking}");
    let early = database.said(&["wall", "migration", "--migration-version", "2025-12-31-000000"], "owner", 3);
    assert!(early.contains("is not after 2026-01-01-000000"), "{early}");
    database.done(&["wall", "migration", "--migration-version", "2026-02-01-000000"], "owner");
    database.migrate("2026-02-01-000000");
    database.done(&["wall", "diff"], "owner");
    database.done(&["inspect"], "app");

    // And its way back.
    database.take_down("2026-02-01-000000");
    assert_eq!(database.said(&["wall", "diff"], "owner", 1), lacking);
}

#[test]
fn a_migration_has_the_time_for_its_version_and_needs_no_database_where_none_is_wanted() {
    let database = Database::new("tool_offline");
    let written = database.json(&["wall", "migration", "--offline", "--out", "here"], "owner", 0);
    let version = written["version"].as_str().unwrap();
    assert!(version.len() == "2026-01-01-000000".len() && version.starts_with("20"), "{version}");
    let folder = database.path("here").join(format!("{version}_tenancy_wall"));
    for file in ["up.sql", "down.sql"] {
        assert!(fs::read_to_string(folder.join(file)).unwrap().contains("tenancy"), "{file}");
    }
    let again = database.said(
        &["wall", "migration", "--offline", "--out", "here", "--migration-version", version],
        "owner",
        3,
    );
    assert!(again.contains("is not after"), "{again}");
    let odd =
        database.said(&["wall", "migration", "--offline", "--migration-version", "../2027"], "owner", 3);
    assert!(odd.contains("cannot be the version"), "{odd}");
}

/// A tenant that has its tables in a schema of its own.
#[test]
fn a_tenant_s_own_schema_gets_an_increment_of_its_tables() {
    let database = Database::walled("tool_schema", |wall| wall);
    database
        .as_role("owner")
        .batch_execute(
            "CREATE SCHEMA of_acme; SET search_path = of_acme;
             CREATE TABLE boards (id integer PRIMARY KEY, tenant_id integer NOT NULL, title text NOT NULL);
             CREATE TABLE notes (id integer PRIMARY KEY, board_id integer NOT NULL REFERENCES boards, body text NOT NULL);
             CREATE TABLE presets (id integer PRIMARY KEY, tenant_id integer, name text NOT NULL)",
        )
        .unwrap();
    let place = ["--tenant-schema", "of_acme"];
    let with_place = |arguments: &[&'static str]| [arguments, &place[..]].concat();
    let lacking = database.said(&with_place(&["wall", "diff"]), "owner", 1);
    assert!(lacking.contains("\"of_acme\".\"boards\""), "{lacking}");
    database.done(&with_place(&["wall", "migration", "--migration-version", "2026-03-01-000000"]), "owner");
    database.migrate("2026-03-01-000000");
    database.done(&with_place(&["wall", "diff"]), "owner");
    database.done(&with_place(&["inspect"]), "app");
    database.done(&["inspect"], "app");

    // A name that would end the blocks of a migration, which its owner runs.
    for command in [&["wall", "diff"][..], &["wall", "migration"], &["inspect"]] {
        let arguments = [command, &["--tenant-schema", "of_acme$tenancy$; DROP TABLE boards"]].concat();
        let refused = database.said(&arguments, "owner", 2);
        assert!(
            refused.contains("'$' cannot stand in it") && refused.contains("--tenant-schema"),
            "{refused}"
        );
    }
}
