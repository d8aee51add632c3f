//! Every command a second time: it says that it was done, and changes nothing.

use crate::command::Operator;
use crate::database::Database;

/// Everything that a command could have changed.
fn everything(database: &Database) -> Vec<String> {
    database.lines(
        "SELECT 'keyless ' || k::text AS line FROM keyless AS k UNION ALL SELECT 'document ' || id || ' ' || tenant_id FROM documents
          UNION ALL SELECT 'place ' || p::text FROM tenancy.tenant_placements AS p
          UNION ALL SELECT 'done ' || o::text FROM tenancy.tenant_operations AS o ORDER BY 1",
    )
}

#[test]
fn each_command_run_again_after_its_end_says_that_it_was_done_and_changes_nothing() {
    let database = Database::of_three("cli_again");
    database.run("INSERT INTO organisations VALUES (8, 'eight'), (9, 'nine')");
    let operator = Operator::of(&database, "again");
    let erase = ["erase", "1", "--confirm", "1", "--settle", "0"];
    for (words, code, said) in [
        (&["prepare"][..], 0, &["are there"][..]),
        (&["create", "7"], 0, &["the tenant 7 is active already"]),
        (&["suspend", "7"], 0, &["the tenant 7 is suspended already"]),
        (&["resume", "7"], 0, &["the tenant 7 is active already"]),
        (
            &["clone", "1", "--into", "8", "--suspended"],
            0,
            &["has the rows already that 1 had", "nothing was changed now", "it is suspended in the catalog"],
        ),
        (&["export", "1", "--to", "one", "--keep-existing"], 0, &["is there already", "nothing was written"]),
        (&["suspend", "1"], 0, &["is suspended already"]),
        (&erase, 1, &["the tenant 1 was erased already", "nothing was done now"]),
        (
            &["restore", "one"],
            0,
            &["is back already", "nothing was changed now", "it is suspended in the catalog"],
        ),
        (
            &["restore", "one", "--into", "9", "--resume"],
            0,
            &["has the rows already that 1 had", "nothing was changed now", "it is active in the catalog"],
        ),
    ] {
        operator.run(words).ended(code);
        let before = everything(&database);
        let again = operator.run(words).ended(code);
        for text in said {
            assert!(again.out.contains(text), "{words:?}: {text:?} is not in {}", again.out);
        }
        assert_eq!(everything(&database), before, "{words:?}");
    }
}

#[test]
fn asking_for_a_tenant_to_be_served_after_its_rows_were_there_names_the_command_that_does_it() {
    let database = Database::of_three("cli_again_served");
    database.run("INSERT INTO organisations VALUES (8, 'eight'), (9, 'nine')");
    let operator = Operator::of(&database, "again-served");
    operator.run(&["export", "1", "--to", "one"]).ended(0);
    operator.run(&["restore", "one", "--into", "9"]).ended(0);
    operator.run(&["clone", "1", "--into", "8", "--suspended"]).ended(0);
    for (tenant, words) in
        [("9", &["restore", "one", "--into", "9", "--resume"][..]), ("8", &["clone", "1", "--into", "8"])]
    {
        let before = everything(&database);
        let again = operator.run(words).ended(0);
        let fix = format!("it is suspended in the catalog: `tenancy tenants resume {tenant}` serves it");
        assert!(again.out.contains(&fix) && again.out.contains("nothing was changed now"), "{}", again.out);
        assert_eq!(everything(&database), before, "{words:?}");
        operator.run(&["resume", tenant]).ended(0);
        // What it is by now, and not what it was then.
        let json = operator.run(&[words, &["--json"]].concat()).ended(0);
        let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!((&json["was_done"], &json["status"]), (&true.into(), &"active".into()));
    }
}
