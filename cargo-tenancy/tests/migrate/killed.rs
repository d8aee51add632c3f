//! SIGKILL at every step, and at any time; sessions that the server ends.

use std::process::Stdio;
use std::time::Duration;

use crate::ran::Ran;
use crate::world::{INDEX, NOTES, World, run_at};

const SCHEMAS: [&str; 2] = ["acme", "zoo"];
const ALL: &str = "0001 0002 0003";

/// All that is applied is recorded, and all that is recorded is applied, unless it runs in no transaction.
fn is_whole(world: &World) {
    for schema in ["public", "acme", "zoo"] {
        let (versions, relations) = (world.versions(schema), world.relations(schema));
        for (version, made) in [("0001", "notes_pkey"), ("0002", "tags_pkey")] {
            assert_eq!(
                versions.contains(version),
                relations.contains(made),
                "{schema}: {versions}: {relations}"
            );
        }
    }
}

/// Everything is there once, and the journal knows it.
fn is_complete(world: &World) {
    for schema in ["public", "acme", "zoo"] {
        assert_eq!(world.versions(schema), ALL, "{schema}");
    }
    world.says(0, &["status"]);
    world.says(0, &["plan"]);
    world.says(0, &["drift"]);
    assert_eq!(world.lines("SELECT DISTINCT state AS line FROM tenancy.migration_steps"), ["applied"]);
}

#[test]
fn killed_at_any_step_it_goes_on_when_it_is_run_again() {
    let places = ["locked", "begun", "executed", "recorded", "committed", "told"];
    for place in places {
        // The first time, and when others have been done.
        for nth in [1, 4] {
            let world = World::new(&format!("killed_{place}_{nth}"), &SCHEMAS).with_migrations();
            let jobs = if nth == 1 { "1" } else { "2" };
            let failpoint = format!("migrate.{place}:{nth}");
            // Three targets are locked, and no fourth.
            let Some(mut run) = world.stopped_at(&failpoint, &["run", "--jobs", jobs]) else {
                assert_eq!((place, nth), ("locked", 4));
                continue;
            };
            run.kill().unwrap();
            run.wait().unwrap();
            world.wait_for_the_end();
            is_whole(&world);
            let interrupted = world
                .lines("SELECT DISTINCT state AS line FROM tenancy.migration_steps WHERE state <> 'applied'");
            if !interrupted.is_empty() {
                let status = world.says(1, &["status"]);
                assert!(status.out.contains("interrupted"), "{place}: {}", status.out);
            }
            world.says(0, &["run"]);
            is_complete(&world);
            // What somebody records by hand has none.
            let without = "SELECT version AS line FROM tenancy.migration_steps WHERE checksum IS NULL";
            assert_eq!(world.lines(without), [""; 0]);
        }
    }
}

#[test]
fn killed_over_and_over_it_comes_to_its_end() {
    let world = World::new("over_and_over", &SCHEMAS).with_migrations();
    let mut kills = 0;
    for attempt in 0..200_u64 {
        let mut run = world
            .command(&["run", "--jobs", "2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From before it has connected to after it has ended.
        std::thread::sleep(Duration::from_millis(15 + attempt * 37 % 120 + attempt * 8));
        // It has come to its end, or says what somebody has to do first.
        if run.try_wait().unwrap().is_some() {
            break;
        }
        run.kill().unwrap();
        run.wait().unwrap();
        kills += 1;
        is_whole_when_ended(&world);
    }
    println!("killed {kills} times");
    let left = world
        .lines("SELECT 'DROP INDEX ' || indexrelid::regclass AS line FROM pg_index WHERE NOT indisvalid");
    left.iter().for_each(|index| world.run(index));
    // Where the index was built and not recorded, the operator is told what to say.
    for _ in 0..=SCHEMAS.len() {
        let ran = Ran::of(world.command(&["run"]).output().unwrap());
        if ran.code == Some(0) {
            break;
        }
        record_what_is_told(&world, &ran);
    }
    world.says(0, &["run"]);
    is_complete(&world);
}

fn is_whole_when_ended(world: &World) {
    world.wait_for_the_end();
    is_whole(world);
}

/// Runs the statement that the fix has in it.
fn record_what_is_told(world: &World, ran: &Ran) {
    let (_, statement) =
        ran.err.split_once("INSERT INTO ").unwrap_or_else(|| panic!("{}{}", ran.out, ran.err));
    world.run(&format!("INSERT INTO {}", statement.lines().next().unwrap()));
}

#[test]
fn what_was_done_in_no_transaction_and_not_recorded_is_told_with_its_record() {
    let world = World::new("unrecorded", &SCHEMAS).with_migrations();
    let mut run = world.stopped_at("migrate.unrecorded", &["run", "--jobs", "1"]).unwrap();
    run.kill().unwrap();
    run.wait().unwrap();
    world.wait_for_the_end();
    assert_eq!(
        (world.versions("public"), world.relations("public").contains("notes_by_body")),
        ("0001 0002".to_owned(), true)
    );
    assert!(world.says(1, &["status"]).out.contains("interrupted"));
    let ran = world
        .says(3, &["run"])
        .with(&["\"notes_by_body\" already exists", "if it is what this migration makes, record it"]);
    record_what_is_told(&world, &ran);
    world.says(0, &["run"]);
    for schema in ["public", "acme", "zoo"] {
        assert_eq!(world.versions(schema), ALL);
    }
}

#[test]
fn half_an_index_is_named_and_never_taken_for_one() {
    // `IF NOT EXISTS` would.
    let world = World::new("half", &["acme"]);
    world.migration("0001_notes", NOTES);
    world.says(0, &["run"]);
    world.in_no_transaction("0002_index", &INDEX.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS"));
    // What has a snapshot from before keeps it from being finished.
    let mut reader = std::process::Command::new(tenancy_tests::server::postgres_program("psql"));
    reader.args([
        &world.home,
        "-qc",
        "BEGIN; INSERT INTO acme.notes (body) VALUES ('x'); SELECT pg_sleep(60)",
    ]);
    let mut reader = reader.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    world.wait_for("SELECT count(*)::text AS line FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()", "1");
    let words = ["run", "--tenant", "acme", "--lock-timeout", "600000"];
    let mut run = world.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    world.wait_for("SELECT count(*)::text AS line FROM pg_index WHERE NOT indisvalid", "1");
    run.kill().unwrap();
    run.wait().unwrap();
    // The server would go on with it, were it not ended.
    world.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    reader.wait().unwrap();
    world.wait_for_the_end();
    world.says(3, &["run"]).with(&[
        "0002_index is in no transaction",
        "not finished (INVALID): acme.notes_by_body",
        "DROP INDEX CONCURRENTLY acme.notes_by_body;",
    ]);
    assert_eq!(world.versions("acme"), "0001");
    let drift = world.says(1, &["drift"]);
    assert!(drift.out.contains("INVALID"), "{}", drift.out);
    world.run("DROP INDEX acme.notes_by_body");
    world.says(0, &["run"]);
    world.says(0, &["drift"]);
}

#[test]
fn a_session_that_the_server_ends_is_made_anew_and_what_it_did_is_not_done_twice() {
    let world = World::new("ended", &["acme"]).with_silo();
    // A sequence counts what is rolled back too.
    for home in [&world.home, &world.silo] {
        run_at(home, "CREATE SEQUENCE public.times");
    }
    let once = "SELECT CASE WHEN nextval('public.times') = 1 THEN pg_terminate_backend(pid) END FROM pg_stat_activity
                 WHERE application_name = 'tenancy' AND datname = current_database() AND {whose}";
    world.migration(
        "0001_cut",
        &format!("CREATE TABLE notes (); {}", once.replace("{whose}", "pid = pg_backend_pid()")),
    );
    let report = world.json(0, &["run", "--tenant", "8"]);
    assert_eq!(
        (&report["targets"][0]["retries"], &report["targets"][0]["outcome"]),
        (&1.into(), &"migrated".into()),
        "{report}"
    );
    assert_eq!(crate::world::versions_at(&world.silo, "eight"), "0001");

    // The catalog's connection too, in the middle of a run.
    let report = world.json(0, &["run", "--tenant", "acme"]);
    assert_eq!(report["targets"][0]["outcome"], "migrated", "{report}");
    run_at(&world.home, "ALTER SEQUENCE public.times RESTART");
    world.migration("0002_more", &once.replace("{whose}", "pid <> pg_backend_pid()"));
    world.says(0, &["run", "--tenant", "acme"]);
    assert_eq!(world.versions("acme"), "0001 0002");
    world.says(0, &["status"]);
}
