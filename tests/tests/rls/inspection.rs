//! The report: everything at once, waivers, and what it looks like.

use std::collections::BTreeSet;
use std::fs;

use diesel::connection::SimpleConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_rls::{Inspection, NotMigrated, Report, RowSecurity, Waivers, inspect};
use tenancy_tests::server::of_the_database;

use crate::database::Database;
use crate::rules::report_as;

fn codes(report: &Report) -> BTreeSet<&str> {
    report.findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_walled_database_is_clean_plain_and_sealed() {
    for make in [(|wall| wall) as fn(RowSecurity) -> RowSecurity, RowSecurity::sealed] {
        let database = Database::walled("inspect_clean", make);
        let wall = make(database.wall());
        let report = report_as(&database, &Inspection::new(&wall), "app");
        assert!(report.findings.is_empty(), "{report}");
        assert_eq!(report.to_string(), "the database's wall is as declared");
        // Also for a tool that connects as the owner.
        let report = report_as(&database, &Inspection::new(&wall).from_elsewhere(), "owner");
        assert!(report.findings.is_empty(), "{report}");
    }
}

#[test]
fn everything_is_listed_at_once_and_the_migration_mends_most() {
    let database = Database::unwalled("inspect_all");
    let wall = database.wall();
    database
        .superuser()
        .batch_execute(&format!(
            "GRANT ALL ON agents, canvases TO {0}_app; ALTER ROLE {0}_app CREATEROLE; CREATE VIEW seen AS SELECT * FROM agents",
            database.name
        ))
        .unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    let expected =
        ["R004", "R011", "R012", "R013", "R016", "R020", "R030", "R031", "R041", "R050", "R051", "R056"];
    let mut found = codes(&report);
    // MAINTAIN is among all since PostgreSQL 17.
    found.remove("R074");
    assert_eq!(found, expected.into_iter().collect(), "{}", report.in_full());
    let in_full = report.in_full();
    assert!(in_full.contains("ALTER TABLE \"public\".\"agents\" ENABLE ROW LEVEL SECURITY"), "{in_full}");
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert_eq!(codes(&report), ["R004", "R041"].into_iter().collect(), "{report}");
}

#[test]
fn a_migration_that_was_not_run_is_told_in_one_line() {
    let database = Database::unwalled("inspect_unrun");
    let wall = database.wall();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert_eq!(report.not_migrated, Some(NotMigrated::Database));
    let (text, debug) = (report.to_string(), format!("{report:?}"));
    assert!(text.starts_with("the wall's migration has not been run on this database: "), "{text}");
    assert!(!text.contains('\n') && text == debug, "{debug}");

    // The database has a wall, and a tenant's schema was made without one.
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    database
        .owner()
        .batch_execute(
            "CREATE SCHEMA of_acme; CREATE TABLE of_acme.agents (LIKE agents INCLUDING ALL);
             CREATE TABLE of_acme.canvases (LIKE canvases INCLUDING ALL)",
        )
        .unwrap();
    let own = wall.in_tenant_schema(&"of_acme".parse().unwrap());
    let report = report_as(&database, &Inspection::new(&own), "app");
    assert_eq!(report.not_migrated, Some(NotMigrated::Tables), "{}", report.in_full());
    database.owner().batch_execute(&own.tables_migration().up()).unwrap();
    let report = report_as(&database, &Inspection::new(&own), "app");
    assert_eq!(report.not_migrated, None, "{report}");

    // One table without row-level security is a hole, and is listed.
    database.owner().batch_execute("ALTER TABLE agents DISABLE ROW LEVEL SECURITY").unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert_eq!((report.not_migrated, codes(&report)), (None, ["R011"].into_iter().collect()), "{report}");
    assert!(report.to_string().contains("R011"), "{report}");
}

#[test]
fn every_mend_of_an_unwalled_database_holds_in_the_reports_order() {
    let database = Database::unwalled("inspect_mends");
    let wall = database.wall();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    for finding in &report.findings {
        database
            .superuser()
            .batch_execute(&finding.mend)
            .unwrap_or_else(|error| panic!("{error}: {finding}"));
    }
    let mended = report_as(&database, &Inspection::new(&wall), "app");
    assert!(mended.is_clean(), "{mended}");
}

#[test]
fn a_waived_finding_stays_visible_and_refuses_nothing() {
    let database = Database::walled("inspect_waived", |wall| wall);
    let wall = database.wall();
    database.owner().batch_execute("CREATE VIEW seen AS SELECT * FROM agents").unwrap();
    assert!(!report_as(&database, &Inspection::new(&wall), "app").is_clean());
    let waivers = Waivers::new()
        .waive("R041", "seen", "counts only, reviewed")
        .unwrap()
        .waive("R041", "unseen", "was dropped")
        .unwrap();
    let report = report_as(&database, &Inspection::new(&wall).waivers(waivers), "app");
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.findings[0].waived.as_deref(), Some("counts only, reviewed"));
    let shown = report.to_string();
    assert!(shown.contains("waived: counts only, reviewed"), "{shown}");
    assert!(shown.contains("the waiver of R041 for unseen is not needed"), "{shown}");
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
}

#[test]
fn the_short_form_is_the_same() {
    let database = Database::unwalled("inspect_short");
    let wall = database.wall();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let short = runtime.block_on(async {
        let mut connection = AsyncPgConnection::establish(&database.url("app")).await.unwrap();
        inspect(&mut connection, &wall).await.unwrap()
    });
    assert_eq!(of_the_database(short), report_as(&database, &Inspection::new(&wall), "app"));
}

#[test]
fn every_code_has_its_section_its_rule_and_its_test() {
    let known: BTreeSet<String> = tenancy_rls::CODES.iter().map(|code| (*code).to_owned()).collect();
    let page = fs::read_to_string("../tenancy-rls/docs/rules.md").unwrap();
    let sections: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("## ")).map(|line| line[..4].to_owned()).collect();
    assert_eq!(known, sections, "codes, and sections of rules.md");

    let mut sources = ["nodes", "server", "trial", "access"]
        .map(|file| fs::read_to_string(format!("../tenancy-rls/src/inspect/{file}.rs")).unwrap())
        .concat();
    for entry in fs::read_dir("../tenancy-rls/src/inspect/rules").unwrap() {
        sources += &fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    let ruled: BTreeSet<String> = sources
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| {
            word.len() == 4 && word.starts_with('R') && word[1..].bytes().all(|byte| byte.is_ascii_digit())
        })
        .map(str::to_owned)
        .collect();
    assert_eq!(known, ruled, "codes, and rules");

    let tests = [
        "rls/rules",
        "rls/rules_of_admission",
        "rls/rules_of_belonging",
        "rls/rules_of_keys",
        "rls/rules_of_objects",
        "rls/rules_of_reach",
        "rls/rules_of_sets",
        "rls/trial",
        "rls/whose_a_row_is",
        "pool/transition",
        "attack/leaking_kinds",
    ]
    .map(|file| fs::read_to_string(format!("tests/{file}.rs")).unwrap())
    .concat();
    for code in &known {
        // The versions are tested beside the table of them, and the nodes on a cluster.
        let tested = code.starts_with("R08") || tests.contains(&format!("\"{code}"));
        assert!(tested, "no test breaks {code}");
    }
}
