//! Locks that others hold, and runs that meet.

use std::process::Stdio;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::ran::Ran;
use crate::world::{NOTES, World};

/// One target with a table, and a migration that takes it exclusively.
fn world(name: &str) -> World {
    let world = World::new(name, &["acme"]);
    world.migration("0001_notes", NOTES);
    world.says(0, &["run"]);
    world.migration("0002_due", "CREATE TABLE due (); ALTER TABLE notes ADD COLUMN due date");
    world
}

fn holding(world: &World) -> PgConnection {
    let mut holder = PgConnection::establish(&world.home).unwrap();
    holder.batch_execute("BEGIN; SELECT FROM acme.notes").unwrap();
    holder
}

#[test]
fn a_lock_is_waited_for_shortly_and_tried_again() {
    let world = world("waits");
    let mut holder = holding(&world);
    let mut command = world.command(&["run", "--lock-timeout", "50", "--json"]);
    let run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    world.wait_for(
        "SELECT state || ' ' || (attempts > 1) || ' ' || (coalesce(error, '') LIKE '%lock timeout%') AS line FROM tenancy.migration_steps WHERE schema_name = 'acme' AND version = '0002'",
        "waiting true true",
    );
    let status = world.says(1, &["status"]);
    assert!(status.out.contains("waiting"), "{}", status.out);
    // Between attempts nothing of it is there, and nobody waits for it.
    assert!(!world.relations("acme").contains("due"));
    holder.batch_execute("COMMIT").unwrap();
    let ran = Ran::of(run.wait_with_output().unwrap()).ended(0).with(&[
        "attempt 1, the next in 500 ms: acme: migration 0002_due: canceling statement due to lock timeout",
    ]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let acme = &report["targets"][1];
    assert!(acme["outcome"] == "migrated" && acme["retries"].as_u64() > Some(0), "{report}");
    world.says(0, &["status"]);
}

#[test]
fn a_lock_that_is_never_free_is_a_failure_that_says_so() {
    let world = world("never");
    let holder = holding(&world);
    world.says(3, &["run", "--lock-timeout", "50", "--attempts", "2"]).with(&[
        "acme: migration 0002_due: canceling statement due to lock timeout, SQLSTATE 55P03",
        "end what holds the lock",
    ]);
    assert_eq!(world.relations("acme"), "notes notes_id_seq notes_pkey");
    drop(holder);
    world.says(0, &["run"]);
}

#[test]
fn a_statement_that_takes_too_long_is_a_failure_that_says_so() {
    let world = World::new("long", &[]);
    world.migration("0001_slow", "SELECT pg_sleep(60)");
    world
        .says(3, &["run", "--statement-timeout", "100"])
        .with(&["canceling statement due to statement timeout", "a larger limit"]);
}

#[test]
fn two_runs_never_work_on_the_same_target() {
    let world = World::new("two", &["acme"]).with_migrations();
    // It has executed the first migration of the first schema, and stands there.
    let mut first = world.stopped_at("migrate.executed", &["run", "--tenant", "acme"]).unwrap();
    let running = world.says(1, &["status"]);
    assert!(
        running.out.lines().any(|line| line.starts_with("acme") && line.contains("running")),
        "{}",
        running.out
    );
    world
        .says(3, &["run", "--patience", "0"])
        .with(&["acme: another session is at work on its migrations (process ", "pg_terminate_backend"]);
    let second = world
        .command(&["run", "--patience", "60", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    world.wait_for("SELECT count(*)::text AS line FROM tenancy.migration_steps WHERE schema_name = '' AND state = 'applied'", "3");
    assert_eq!(world.versions("acme"), "");
    first.kill().unwrap();
    first.wait().unwrap();
    let ran = Ran::of(second.wait_with_output().unwrap()).ended(0);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["targets"][1]["applied"], serde_json::json!(["0001_notes", "0002_tags", "0003_index"]));
}

#[test]
fn tables_stay_as_they_are_while_a_tenant_moves() {
    let world = World::new("moving", &["acme"]).with_migrations();
    world.run(
        "CREATE TABLE tenancy.moves (tenant text, step text, source jsonb, destination jsonb);
         INSERT INTO tenancy.moves VALUES ('1', 'copied', '{}', '{\"schema\": \"acme\"}')",
    );
    world.says(3, &["run"]).with(&["tenant \"1\" is being moved, from or to shared", "`tenancy move 1`"]);
    world.says(3, &["run", "--tenant", "acme"]).with(&["from or to acme"]);
    assert_eq!(world.versions("acme"), "");
    world.run("UPDATE tenancy.moves SET step = 'switched'");
    world.says(0, &["run"]);
}
