//! A process that is killed, or a connection that is cut, at each step: afterwards it is run again, and everything is as if it had not been.

use crate::command::{Operator, names};
use crate::database::{Contents, Database, without_empty};

/// Kills a run at the failpoint, over and over where it comes there again, and runs it again to its end.
fn killed_and_run_again(operator: &Operator, place: &str, words: &[&str], code: i32) {
    for _ in 0..2 {
        match operator.stopped_at(place, words) {
            Some(stopped) => stopped.kill(),
            None => break,
        }
    }
    operator.run(words).ended(code);
}

/// Everybody's rows but the tenant's, without the people that nobody is said to own.
fn others(database: &Database, tenant: &str) -> Contents {
    let mut others = database.others(tenant);
    others.remove("public.people");
    others
}

#[test]
fn an_export_that_was_killed_is_not_there_and_is_whole_when_it_is_run_again() {
    let database = Database::of_three("cli_kill_export");
    for place in ["export.rows", "export.table", "export.finish"] {
        let operator = Operator::of(&database, place);
        let words = ["export", "1", "--to", "one"];
        operator.stopped_at(place, &words).unwrap().kill();
        assert!(!operator.folder.join("one").exists(), "{place}: half an export counts as one");
        killed_and_run_again(&operator, place, &words, 0);
        // It can be restored, and nothing else is left.
        assert_eq!(names(&operator.folder), ["one", "tenancy.json"], "{place}");
        operator.run(&["export", "1", "--to", "one", "--keep-existing"]).ended(0);
    }
}

#[test]
fn an_erasure_that_was_killed_is_done_once_when_it_is_run_again() {
    for place in ["hook.called", "erase.begin", "erase.table", "erase.commit", "erase.committed"] {
        let database = Database::of_three("cli_kill_erase");
        let operator = Operator::of(&database, place);
        let (own, before) = (database.own("2"), others(&database, "2"));
        operator.run(&["suspend", "2"]).ended(0);
        let words = [
            "erase",
            "2",
            "--confirm",
            "2",
            "--settle",
            "0",
            "--certificate",
            "certificate.json",
            "--json",
            "--hook",
            "true",
        ];
        operator.stopped_at(place, &words).unwrap_or_else(|| panic!("{place} is not reached")).kill();
        // All or nothing.
        let left = database.own("2");
        assert!(left == own || without_empty(left).is_empty(), "{place}: half erased");
        assert_eq!(others(&database, "2"), before, "{place}");
        killed_and_run_again(&operator, place, &words, 1);
        assert!(without_empty(database.own("2")).is_empty(), "{place}");
        assert_eq!((others(&database, "2"), database.status("2")), (before, "deleted".to_owned()), "{place}");
        let certificate = std::fs::read_to_string(operator.folder.join("certificate.json")).unwrap();
        let certificate: serde_json::Value = serde_json::from_str(&certificate).unwrap();
        let erased: u64 = certificate["certificate"]["tables"]
            .as_array()
            .unwrap()
            .iter()
            .map(|table| table["erased"].as_u64().unwrap())
            .sum();
        let expected: usize =
            own.iter().filter(|(name, _)| *name != "public.people").map(|(_, rows)| rows.len()).sum();
        assert_eq!(erased, expected as u64, "{place}");
        assert_eq!(
            database.one("SELECT count(*)::text AS line FROM tenancy.tenant_operations WHERE kind = 'erase'"),
            "1",
            "{place}"
        );
    }
}

#[test]
fn a_restore_that_was_killed_is_done_once_when_it_is_run_again() {
    for place in ["hook.called", "restore.insert", "restore.commit", "restore.committed"] {
        let database = Database::of_three("cli_kill_restore");
        let operator = Operator::of(&database, place);
        let (own, before) = (database.own("3"), others(&database, "3"));
        operator.run(&["export", "3", "--to", "three"]).ended(0);
        operator.run(&["suspend", "3"]).ended(0);
        operator.run(&["erase", "3", "--confirm", "3", "--settle", "0"]).ended(1);
        let words = ["restore", "three", "--resume", "--hook", "true"];
        operator.stopped_at(place, &words).unwrap_or_else(|| panic!("{place} is not reached")).kill();
        let there = database.own("3");
        assert!(there == own || without_empty(there).is_empty(), "{place}: half restored");
        assert_ne!(database.status("3"), "active", "{place}: served before it was whole");
        killed_and_run_again(&operator, place, &words, 0);
        assert_eq!(
            (database.own("3"), others(&database, "3"), database.status("3")),
            (own, before, "active".to_owned()),
            "{place}"
        );
    }
}

#[test]
fn a_clone_that_was_killed_is_one_clone_when_it_is_run_again() {
    for place in ["export.table", "restore.insert", "restore.committed"] {
        let database = Database::of_three("cli_kill_clone");
        database.run("INSERT INTO organisations VALUES (9, 'sandbox')");
        let operator = Operator::of(&database, place);
        let (own, before) = (database.own("1"), others(&database, "9"));
        let words = ["clone", "1", "--into", "9"];
        operator.stopped_at(place, &words).unwrap_or_else(|| panic!("{place} is not reached")).kill();
        killed_and_run_again(&operator, place, &words, 0);
        let count = |contents: Contents| {
            contents.into_iter().map(|(name, rows)| (name, rows.len())).collect::<Vec<_>>()
        };
        assert_eq!(count(database.own("9")), count(own), "{place}");
        assert_eq!((others(&database, "9"), database.status("9")), (before, "active".to_owned()), "{place}");
        // No rows of a tenant's lie about, but for those of the run that was killed, which the next one removes.
        assert_eq!(
            names(&operator.folder).iter().filter(|name| name.starts_with("tenancy-clone")).count(),
            0,
            "{place}"
        );
    }
}

#[test]
fn a_run_that_is_killed_at_any_time_is_the_same_when_it_is_run_again() {
    let database = Database::of_three("cli_kill_any_time");
    let operator = Operator::of(&database, "any-time");
    let (own, before) = (database.own("2"), others(&database, "2"));
    operator.run(&["export", "2", "--to", "two"]).ended(0);
    for round in 0..12 {
        let erase = ["erase", "2", "--confirm", "2", "--settle", "0"];
        let restore = ["restore", "two", "--resume"];
        for (words, code) in [(&["suspend", "2"][..], 0), (&erase[..], 1), (&restore[..], 0)] {
            let mut child = operator
                .command(words)
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            // Another moment in each round; whichever it is, the end is the same.
            std::thread::sleep(std::time::Duration::from_millis(7 * round + 3));
            let _ended_already = child.kill();
            child.wait().unwrap();
            assert_eq!(others(&database, "2"), before, "{words:?}");
            operator.run(words).ended(code);
        }
        assert_eq!(
            (database.own("2"), others(&database, "2"), database.status("2")),
            (own.clone(), before.clone(), "active".to_owned())
        );
    }
}

#[test]
fn a_connection_that_is_cut_is_an_error_and_leaves_what_was_there() {
    let database = Database::of_three("cli_cut");
    let operator = Operator::of(&database, "cut");
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tenancy'";
    let (own, before) = (database.own("2"), others(&database, "2"));
    let stopped = operator.stopped_at("export.table", &["export", "2", "--to", "two"]).unwrap();
    database.run(cut);
    stopped.go_on().failed_with(&["the tenant \"2\" is not exported", "fix: run it again"]);
    assert!(!operator.folder.join("two").exists());
    operator.run(&["export", "2", "--to", "two"]).ended(0);
    operator.run(&["suspend", "2"]).ended(0);
    let erase = ["erase", "2", "--confirm", "2", "--settle", "0"];
    let stopped = operator.stopped_at("erase.table", &erase).unwrap();
    database.run(cut);
    stopped.go_on().failed_with(&["the tenant \"2\" is not erased", "fix: run it again"]);
    assert_eq!((database.own("2"), database.status("2")), (own.clone(), "suspended".to_owned()));
    assert!(!operator.folder.join("erasure-2.json").exists());
    operator.run(&erase).ended(1);
    let stopped = operator.stopped_at("restore.commit", &["restore", "two"]).unwrap();
    database.run(cut);
    stopped.go_on().failed_with(&["two is not restored", "whether it was, the next run says"]);
    assert!(without_empty(database.own("2")).is_empty());
    operator.run(&["restore", "two"]).ended(0);
    assert_eq!((database.own("2"), others(&database, "2")), (own, before));
}
