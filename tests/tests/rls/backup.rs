//! A walled database, dumped and restored: the rows are there, and so is the wall.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, RowSecurity};
use tenancy_tests::server::postgres_program;

use crate::database::{Database, value};
use crate::rules::report_as;
use crate::sealed::{begin, everything, sealer};

/// What the guide says of the role that backs up.
fn backup_role(database: &Database) -> String {
    let role = database.role("backup");
    database
        .superuser()
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'tenancy' BYPASSRLS; GRANT pg_read_all_data TO {role}"
        ))
        .unwrap();
    role
}

fn pg_dump(database: &Database, role: &str, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(postgres_program("pg_dump"));
    let output = command.args(arguments).arg(database.url(role)).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// As the owner, who is no superuser.
fn restore(database: &Database, dump: &str) {
    let mut psql = Command::new(postgres_program("psql"))
        .args([
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
            &database.url("owner"),
        ])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    psql.stdin.take().unwrap().write_all(dump.as_bytes()).unwrap();
    let output = psql.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Every row, and whose tables they are.
const ROWS: &str = "SELECT (SELECT string_agg(a::text, ';' ORDER BY id) FROM agents a) || (SELECT string_agg(c::text, ';' ORDER BY id) FROM canvases c)
                        || (SELECT string_agg(p::text, ';' ORDER BY id) FROM plans p)";

fn restored_is_walled(prefix: &str, make: fn(RowSecurity) -> RowSecurity) {
    let database = Database::walled(prefix, make);
    let wall = make(database.wall());
    backup_role(&database);
    let dump = pg_dump(&database, "backup", &[]).unwrap();
    let copy = database.beside(&format!("{prefix}_copy"));
    restore(&copy, &dump);
    assert_eq!(value(&mut database.superuser(), ROWS), value(&mut copy.superuser(), ROWS));

    // What a database has beside its objects is in no dump but that of `--create`: the same migration, run again, sees to it.
    let before = report_as(&copy, &Inspection::new(&wall), "app");
    let codes: Vec<_> = before.refusals().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["R051"], "{before}");
    copy.owner().batch_execute(&wall.migration().up()).unwrap();
    let report = report_as(&copy, &Inspection::new(&wall), "app");
    assert!(report.findings.is_empty(), "{report}");
    assert!(
        copy.owner().batch_execute("UPDATE agents SET name = name").is_err(),
        "an error, and not nothing"
    );

    // And what it remembers is good for the way down.
    copy.owner().batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(value(&mut copy.owner(), "SELECT to_regnamespace('tenancy') IS NULL"), "t");
    assert_eq!(value(&mut copy.owner(), ROWS), value(&mut database.superuser(), ROWS));
}

#[test]
fn a_plain_database_is_restored_with_its_wall() {
    restored_is_walled("backup_plain", |wall| wall);
}

#[test]
fn a_sealed_database_is_restored_with_its_wall() {
    restored_is_walled("backup_sealed", RowSecurity::sealed);
}

#[test]
fn the_keys_of_the_seals_are_in_a_dump_unless_they_are_left_out() {
    let database = Database::walled("backup_keys", RowSecurity::sealed);
    let wall = database.wall().sealed();
    backup_role(&database);
    let pads = value(&mut database.superuser(), "SELECT encode(inner_pad, 'hex') FROM tenancy.sealing_keys");
    let with = pg_dump(&database, "backup", &[]).unwrap();
    assert!(with.contains(&pads), "whoever has the dump can seal");
    let copy = database.beside("backup_keys_with");
    restore(&copy, &with);
    let mut app = copy.app();
    begin(&mut app, &sealer().seal("1", None, SystemTime::now()));
    assert_eq!(everything(&mut app).unwrap().len(), 4);

    let without = pg_dump(&database, "backup", &["--exclude-table-data=tenancy.sealing_keys"]).unwrap();
    assert!(!without.contains(&pads));
    let copy = database.beside("backup_keys_without");
    restore(&copy, &without);
    copy.owner().batch_execute(&wall.migration().up()).unwrap();
    let report = report_as(&copy, &Inspection::new(&wall), "app");
    let codes: Vec<_> = report.refusals().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["R094"], "{report}");
    copy.install_key(&wall);
    let report = report_as(&copy, &Inspection::new(&wall), "app");
    assert!(report.findings.is_empty(), "{report}");
}

#[test]
fn the_owner_dumps_nothing_and_only_by_asking_for_it_silently() {
    let database = Database::walled("backup_owner", |wall| wall);
    let refused = pg_dump(&database, "owner", &[]).unwrap_err();
    assert!(refused.contains("query would be affected by row-level security policy"), "{refused}");
    // The switch that the error may lead to.
    let silent = pg_dump(&database, "owner", &["--enable-row-security"]).unwrap();
    assert!(silent.contains("COPY public.agents") && !silent.contains("zoe"), "{silent}");
}
