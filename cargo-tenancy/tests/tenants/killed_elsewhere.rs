//! A process that is killed while it works on a tenant of another database: of the two databases the one is done, or both, and the next run
//! says which.

use crate::command::Operator;
use crate::database::{Contents, Database, without_empty};

/// What was brought back has no people of its own but those that are there.
fn without_people(mut contents: Contents) -> Contents {
    contents.remove("public.people");
    without_empty(contents)
}

#[test]
fn an_erasure_and_a_restore_are_done_once_wherever_they_are_killed() {
    for place in ["elsewhere", "elsewhere.committed", "commit", "committed"] {
        let home = Database::of_three("cli_kill_home");
        let silo = Database::of_one("cli_kill_silo", "4");
        home.run("INSERT INTO tenancy.tenant_placements VALUES ('4', 'active', 'database', NULL, 'silo')");
        let operator = Operator::of(&home, &format!("elsewhere-{place}")).with_silo(&silo);
        let (own, others) = (silo.own("4"), home.others("4"));
        operator.run(&["export", "4", "--to", "four"]).ended(0);
        operator.run(&["suspend", "4"]).ended(0);
        home.run("INSERT INTO keyless VALUES (4, 'left by a move')");

        let erase = ["erase", "4", "--confirm", "4", "--settle", "0", "--certificate", "certificate.json"];
        let point = format!("erase.{place}");
        operator.stopped_at(&point, &erase).unwrap_or_else(|| panic!("{point} is not reached")).kill();
        let left = without_people(silo.own("4"));
        assert!(left == without_people(own.clone()) || left.is_empty(), "{point}: half erased");
        // Whatever is done, nobody serves it, nor gives it rows.
        if place != "committed" {
            operator.run(&["resume", "4"]).failed_with(&["interrupted half way: erase"]);
        }
        operator.run(&["restore", "four"]).failed_with(&["interrupted half way: erase"]);
        operator.run(&erase).ended(1);
        assert!(
            without_people(silo.own("4")).is_empty() && without_empty(home.own("4")).is_empty(),
            "{point}"
        );
        assert_eq!((home.others("4"), home.status("4")), (others.clone(), "deleted".to_owned()), "{point}");
        let certificate = std::fs::read_to_string(operator.folder.join("certificate.json")).unwrap();
        let certificate: serde_json::Value = serde_json::from_str(&certificate).unwrap();
        let tables = certificate["certificate"]["tables"].as_array().unwrap();
        let erased: u64 = tables.iter().map(|table| table["erased"].as_u64().unwrap()).sum();
        let expected: usize = without_people(own.clone()).values().map(Vec::len).sum();
        assert_eq!(erased, expected as u64 + 1, "{point}");

        let restore = ["restore", "four", "--resume"];
        let point = format!("restore.{place}");
        operator.stopped_at(&point, &restore).unwrap_or_else(|| panic!("{point} is not reached")).kill();
        let there = without_people(silo.own("4"));
        assert!(there == without_people(own.clone()) || there.is_empty(), "{point}: half restored");
        assert_ne!(home.status("4"), "active", "{point}: served before it was whole");
        operator.run(&restore).ended(0);
        assert_eq!((silo.own("4"), home.status("4")), (own.clone(), "active".to_owned()), "{point}");
        assert_eq!(home.others("4"), others, "{point}");
        std::fs::remove_dir_all(&operator.folder).unwrap();
    }
}

#[test]
fn what_an_interrupted_erasure_was_allowed_stands_in_the_certificate_of_the_run_that_ends_it() {
    let home = Database::of_three("cli_despite_home");
    let silo = Database::of_one("cli_despite_silo", "4");
    home.run("INSERT INTO tenancy.tenant_placements VALUES ('4', 'active', 'database', NULL, 'silo')");
    silo.run(
        "CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO public.settings (tenant_id, name, value) VALUES (2, 'told', 'of another'); RETURN OLD;
         END $$;
         CREATE TRIGGER tells AFTER DELETE ON keyless FOR EACH ROW EXECUTE FUNCTION tells()",
    );
    let operator = Operator::of(&home, "elsewhere-despite").with_silo(&silo);
    operator.run(&["suspend", "4"]).ended(0);
    let erase = ["erase", "4", "--confirm", "4", "--settle", "0", "--certificate", "certificate.json"];
    operator.run(&erase).failed_with(&[
        "4 rows of public.settings that are not the tenant's would be written",
        "--despite-triggers REASON",
    ]);
    let despite = [&erase[..], &["--despite-triggers", "they are told"]].concat();
    operator.stopped_at("erase.elsewhere.committed", &despite).unwrap().kill();
    operator.run(&erase).ended(1);
    let certificate = std::fs::read_to_string(operator.folder.join("certificate.json")).unwrap();
    let certificate: serde_json::Value = serde_json::from_str(&certificate).unwrap();
    assert_eq!(certificate["certificate"]["despite_triggers"], "they are told", "{certificate:#}");
    std::fs::remove_dir_all(&operator.folder).unwrap();
}

#[test]
fn a_connection_that_is_cut_in_the_other_database_leaves_what_was_there_and_the_way_free() {
    let home = Database::of_three("cli_cut_home");
    let silo = Database::of_one("cli_cut_silo", "4");
    home.run("INSERT INTO tenancy.tenant_placements VALUES ('4', 'active', 'database', NULL, 'silo')");
    let operator = Operator::of(&home, "elsewhere-cut").with_silo(&silo);
    let own = silo.own("4");
    operator.run(&["suspend", "4"]).ended(0);
    let erase = ["erase", "4", "--confirm", "4", "--settle", "0"];
    let stopped = operator.stopped_at("erase.elsewhere", &erase).unwrap();
    silo.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tenancy'");
    stopped.go_on().failed_with(&["the tenant \"4\" is not erased", "fix: run it again"]);
    assert_eq!((silo.own("4"), home.status("4")), (own, "suspended".to_owned()));
    // It is not known here whether it was committed: only the same goes on.
    operator.run(&["resume", "4"]).failed_with(&["interrupted half way: erase"]);
    operator.run(&erase).ended(1);
}

#[test]
fn a_database_without_an_address_is_named_with_the_variable_that_has_it() {
    let home = Database::of_three("cli_no_address");
    home.run(
        "UPDATE tenancy.tenant_placements SET kind = 'database', database_name = 'silo-7' WHERE tenant = '2'",
    );
    let operator = Operator::of(&home, "no-address");
    operator.run(&["suspend", "2"]).ended(0);
    let list = operator.run(&["list"]).ended(0);
    assert!(list.out.contains("silo-7"), "{}", list.out);
    for words in [
        &["export", "2", "--to", "two"][..],
        &["erase", "2", "--confirm", "2", "--settle", "0"],
        &["clone", "2", "--into", "9"],
        &["clone", "1", "--into", "9", "--to", "database", "--name", "silo-7"],
    ] {
        operator.run(words).failed_with(&[
            "no address of the database \"silo-7\" is known",
            "fix: set TENANCY_DATABASE_SILO_7",
        ]);
    }
    operator
        .run(&["clone", "1", "--into", "9", "--to", "schema"])
        .failed_with(&["a schema takes --schema", "say `--to schema --schema NAME`"]);
    operator.run(&["resume", "2"]).ended(0);
}
