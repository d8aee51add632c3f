//! What it says of each table, and when it says that it cannot tell.

use serde_json::Value;
use tenancy_tests::server::postgres_is_older_than;

use crate::desk::{DECIDED, Desk};

fn of<'a>(report: &'a Value, table: &str) -> &'a Value {
    report["tables"].as_array().unwrap().iter().find(|one| one["table"] == table).unwrap()
}

#[test]
fn without_a_column_it_proposes_some_with_reasons() {
    let desk = Desk::new("adopt_proposes");
    let said = desk.said(&[], 1);
    assert!(
        said.contains("organization_id: in 4 of") && said.contains("refers to organizations (3)"),
        "{said}"
    );
    let json = desk.json(&[], 1);
    assert_eq!(json["candidates"][0]["column"], "organization_id", "{json}");
}

#[test]
fn each_table_has_a_verdict_and_what_cannot_be_told_is_left_to_a_person() {
    let desk = Desk::undecided("adopt_verdicts");
    let arguments = ["--tenant-column", "organization_id", "--tenant-table", "organizations"];
    let report = desk.json(&arguments, 1);
    for (table, verdict) in [
        ("organizations", "tenants"),
        ("boards", "owned"),
        ("labels", "owned"),
        ("memberships", "owned"),
        ("notes", "column"),
        ("attachments", "column"),
        ("notes_labels", "column"),
    ] {
        assert_eq!(of(&report, table)["verdict"], verdict, "{table}: {report:#}");
    }
    assert_eq!(of(&report, "labels")["column"], "org", "by its foreign key, whatever it is called");
    assert_eq!(of(&report, "attachments")["way"]["parent"], "notes");
    assert_eq!(of(&report, "notes_labels")["link_table"], true);
    for (table, reason) in [
        ("boards_labels", "1 rows are of one tenant by board_id and of another by label_id, such as 3, 4"),
        ("charges", "a partitioned table"),
        ("events", "may be NULL"),
        ("imports", "character varying(36), and the tenants' is integer"),
        ("nowhere", "the database does not have it"),
        ("plans", "no foreign key leads from it"),
        ("presets", "organization_id is NULL in 1 of 2 rows"),
        ("titles", "a view"),
        ("transfers", "from_organization, to_organization"),
        ("users", "tables of tenants refer to it (memberships)"),
    ] {
        let told = of(&report, table);
        assert_eq!(told["verdict"], "undecided", "{told}");
        assert!(told["reason"].as_str().unwrap().contains(reason), "{told}");
        assert!(!told["fix"].as_str().unwrap().is_empty(), "{told}");
    }
    let left = report["not_in_file"].to_string();
    assert!(left.contains("elsewhere") && !left.contains("charges_1"), "{left}");
    // What is undecided is in no list: the macro names it.
    let text = desk.said(&[&arguments[..], &["--out", "out"]].concat(), 1);
    assert!(text.contains("--link 'users=memberships(user_id)'"), "{text}");
    let declaration = desk.read("out/schema.rs");
    assert!(declaration.contains("// undecided: transfers"), "{declaration}");
    assert!(!declaration.lines().any(|line| line.trim_start().starts_with("transfers")), "{declaration}");
}

#[test]
fn rows_that_nobody_owns_and_tables_without_rows_are_not_guessed_at() {
    use diesel::connection::SimpleConnection as _;
    let desk = Desk::new("adopt_rows");
    desk.connection().batch_execute("UPDATE boards SET organization_id = NULL WHERE id = 7").unwrap();
    let report = desk.json(DECIDED, 1);
    assert!(of(&report, "boards")["reason"].as_str().unwrap().contains("NULL in 1 of 30 rows"));
    // Nor what belongs to those.
    assert!(of(&report, "notes")["reason"].as_str().unwrap().contains("boards, which is undecided"));
    desk.connection().batch_execute("TRUNCATE boards CASCADE").unwrap();
    let arguments: Vec<_> = DECIDED.iter().copied().filter(|one| !["--out", "out"].contains(one)).collect();
    let report = desk.json(&arguments, 1);
    assert!(of(&report, "boards")["reason"].as_str().unwrap().contains("no rows were seen"), "{report:#}");
    let decided = desk.json(&[&arguments[..], &["--not-null", "boards"]].concat(), 0);
    assert_eq!(of(&decided, "notes")["verdict"], "column");
}

#[test]
fn keys_that_tell_of_other_tenants_and_queries_that_change_are_listed() {
    let desk = Desk::new("adopt_keys");
    desk.write(
        "src/notes.rs",
        "fn f() { notes::table.inner_join(boards::table).load(c); diesel::insert_into(notes::table); }
         #[derive(Insertable)] #[diesel(table_name = crate::schema::notes)] struct N;
         fn g() { plans::table.load(c); diesel::sql_query(\"SELECT 1\"); }",
    );
    desk.write("src/broken.rs", "fn (");
    let report = desk.json(DECIDED, 0);
    let uses = &report["usage"]["tables"]["notes"]["src/notes.rs"];
    let counted = ["reads", "writes", "joins", "models"].map(|what| uses[what].as_u64().unwrap());
    assert_eq!(counted, [1, 1, 0, 1], "{report:#}");
    assert_eq!(report["usage"]["tables"]["boards"]["src/notes.rs"]["joins"], 1);
    assert!(report["usage"]["tables"]["plans"].is_null(), "a global table's queries stay");
    assert_eq!(report["usage"]["raw_sql"]["src/notes.rs"], 1);
    assert_eq!(report["usage"]["unread"][0], "src/broken.rs");
    let probes = report["changes"]["probes"].as_array().unwrap();
    let of = |name: &str| probes.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(of("notes_slug_key")["columns"][0], "slug");
    assert_eq!(
        (&of("labels_name")["partial"], &of("labels_name")["expression"]),
        (&true.into(), &true.into())
    );
}

#[test]
fn a_row_s_key_does_not_get_out_of_its_line() {
    use diesel::connection::SimpleConnection as _;
    let desk = Desk::new("adopt_hostile");
    desk.connection()
        .batch_execute(
            "CREATE TABLE tags (name text PRIMARY KEY, board_id integer NOT NULL REFERENCES boards, label_id integer NOT NULL REFERENCES labels);
             INSERT INTO tags SELECT E'x\\nfn stolen() {}', b.id, l.id FROM boards AS b JOIN labels AS l ON l.org <> b.organization_id LIMIT 1",
        )
        .unwrap();
    let tables = desk.read("src/schema.rs");
    let tags = "diesel::table! { tags (name) { name -> Text, board_id -> Int4, label_id -> Int4, } }";
    desk.write("src/schema.rs", &format!("{tables}{tags}"));
    desk.said(DECIDED, 1);
    let written = desk.read("out/schema.rs");
    assert!(written.contains("such as x fn stolen() {}"), "{written}");
    assert!(!written.lines().any(|line| line.starts_with("fn stolen")), "{written}");
}

#[test]
fn what_makes_no_sense_is_said() {
    let desk = Desk::new("adopt_senseless");
    for (arguments, says) in [
        (&["--tenant-column", "nothing"][..], "no table has a column nothing"),
        (&["--tenant-table", "nothing"], "the database has no table \"nothing\""),
        (&["--tenant-column", "organization_id", "--by", "notes"], "is not TABLE=COLUMN"),
        (&["--tenant-column", "organization_id", "--by", "notes=body"], "no foreign key of notes"),
        (
            &["--tenant-column", "organization_id", "--link", "users=memberships"],
            "is not TABLE=LINKS(COLUMN)",
        ),
        (&["--schema", "src/none.rs"], "src/none.rs"),
        (&["--schema", "Cargo.toml"], "the tables of Cargo.toml cannot be read"),
    ] {
        let said = desk.said(arguments, 3);
        assert!(said.contains(says) && !said.contains("panicked"), "{arguments:?}: {said}");
    }
    for url in ["mysql://root@127.0.0.1/desk", "desk.sqlite"] {
        let output = desk.run(&["--tenant-column", "organization_id"], url);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("not here"), "{said}");
    }
}

#[test]
fn what_a_newer_server_holds_of_new_rows_only_or_not_at_all_proves_nothing() {
    use diesel::connection::SimpleConnection as _;
    if postgres_is_older_than(18) {
        return;
    }
    let desk = Desk::new("adopt_newer");
    let report = || desk.json(&["--tenant-column", "organization_id", "--tenant-table", "organizations"], 1);
    assert_eq!(of(&report(), "attachments")["verdict"], "column");
    let mut connection = desk.connection();
    connection
        .batch_execute(
            "ALTER TABLE attachments ALTER note_id DROP NOT NULL;
             ALTER TABLE attachments ADD CONSTRAINT loosely NOT NULL note_id NOT VALID",
        )
        .unwrap();
    let told = report();
    assert!(of(&told, "attachments").to_string().contains("may be NULL"), "{told:#}");
    connection.batch_execute("ALTER TABLE notes ALTER CONSTRAINT notes_board_id_fkey NOT ENFORCED").unwrap();
    let told = report();
    assert_ne!(of(&told, "notes")["verdict"], "column", "{told:#}");
}
