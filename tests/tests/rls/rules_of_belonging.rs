//! The rules of tables without a tenant column, of links, of shared rows and of global tables with one; and walls that become these.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, Report, RowSecurity, Waivers, tables};
use tenancy_tests::server::postgres_is_older_than;

use crate::belonging_tables::{
    TABLES, boards, declared, labels, members, notes, opening, people, presets, seen, unwalled, walled,
};
use crate::database::{Database, lines};
use crate::increments::there_and_back;
use crate::migration::catalog;
use crate::rules::report_as;

/// Notices that there always are.
const ALWAYS: [&str; 2] = ["R033", "R038"];

fn report(database: &Database, wall: &RowSecurity) -> Report {
    report_as(database, &Inspection::new(wall), "app")
}

/// What is found beyond what always is, as `code object`.
fn found(report: &Report) -> Vec<String> {
    let new = report.findings.iter().filter(|finding| !ALWAYS.contains(&finding.code.as_str()));
    new.map(|finding| format!("{} {}", finding.code, finding.object)).collect()
}

/// Breaks it by `sql`, finds just that, and mends it by what the findings say.
fn broken_and_mended(sql: &str, expected: &[&str]) {
    let (database, wall) = walled("rule_belong", |wall| wall);
    assert_eq!(found(&report(&database, &wall)), [""; 0], "before: {}", report(&database, &wall));
    let sql = sql.replace("{app}", &database.role("app"));
    database.superuser().batch_execute(&sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let broken = report(&database, &wall);
    assert_eq!(found(&broken), expected, "{sql}: {broken}");
    for finding in broken.findings.iter().filter(|finding| !finding.mend.starts_with("--")) {
        database
            .superuser()
            .batch_execute(&finding.mend)
            .unwrap_or_else(|error| panic!("{error}: {finding}"));
    }
    let mended = report(&database, &wall);
    let without_sql = |finding: &tenancy_rls::Finding| finding.mend.starts_with("--");
    assert!(mended.findings.iter().all(without_sql), "{sql}: {mended}");
}

const NOTES: &str = "\"public\".\"notes\"";

#[test]
fn r011_r012_r013_hold_for_them() {
    broken_and_mended("ALTER TABLE notes DISABLE ROW LEVEL SECURITY", &[&format!("R011 {NOTES}")]);
    broken_and_mended("ALTER TABLE people NO FORCE ROW LEVEL SECURITY", &["R012 \"public\".\"people\""]);
    broken_and_mended("DROP POLICY tenancy_tenant ON notes", &[&format!("R013 {NOTES}")]);
    // Those that keep what is only read from being written.
    for (policy, table) in [
        ("tenancy_change", "people"),
        ("tenancy_remove", "labels"),
        ("tenancy_tenant", "presets"),
        ("tenancy_change", "hints"),
    ] {
        let object = format!("R013 \"public\".\"{table}\"");
        broken_and_mended(&format!("DROP POLICY {policy} ON {table}"), &[&object]);
    }
    broken_and_mended("DROP POLICY tenancy_roles ON notes", &[&format!("R016 {NOTES}")]);
}

#[test]
fn r013_r014_r015_conditions_that_are_nearly_the_wall_s() {
    let own = "EXISTS (SELECT 1 FROM boards o WHERE o.id = notes.board_id AND o.tenant_id = (SELECT tenancy.tenant()::integer))";
    for weaker in [
        // Another column, another table, an OR, nobody's, and rows of all.
        own.replace("o.id =", "o.tenant_id ="),
        own.replace("boards o", "(SELECT 1 AS tenant_id, id FROM notes) o"),
        own.replace(" AND ", " OR "),
        own.replace("notes.board_id", "o.id"),
        "true".to_owned(),
    ] {
        let sql = format!("ALTER POLICY tenancy_tenant ON notes USING ({weaker}) WITH CHECK ({weaker})");
        broken_and_mended(&sql, &[&format!("R013 {NOTES}")]);
        let sql = format!("CREATE POLICY more ON notes FOR SELECT TO {{app}} USING ({weaker})");
        broken_and_mended(&sql, &[&format!("R014 {NOTES} policy more")]);
    }
    // What is read is not to be written.
    let shared = "tenant_id = (SELECT tenancy.tenant()::integer) OR tenant_id = 0 AND (SELECT tenancy.tenant() IS NOT NULL)";
    broken_and_mended(
        &format!(
            "CREATE POLICY more ON labels FOR UPDATE TO {{app}} USING ({shared}) WITH CHECK (tenant_id = (SELECT tenancy.tenant()::integer))"
        ),
        &["R014 \"public\".\"labels\" policy more"],
    );
    broken_and_mended(
        &format!("ALTER POLICY tenancy_tenant ON labels USING ({shared}) WITH CHECK ({shared})"),
        &["R013 \"public\".\"labels\""],
    );
    broken_and_mended(
        "CREATE POLICY more ON presets FOR SELECT TO {app} USING (tenant_id IS NULL)",
        &["R015 \"public\".\"presets\" policy more"],
    );
    broken_and_mended(
        "CREATE POLICY more ON people FOR INSERT TO {app} WITH CHECK (true)",
        &["R014 \"public\".\"people\" policy more"],
    );
}

#[test]
fn r036_r037_a_parent_s_key_that_two_tenants_can_have_or_that_nothing_refers_to() {
    broken_and_mended(
        "ALTER TABLE notes DROP CONSTRAINT notes_board_id_fkey",
        &["R037 notes column board_id"],
    );
    broken_and_mended(
        "ALTER TABLE notes DROP CONSTRAINT notes_board_id_fkey; ALTER TABLE boards DROP CONSTRAINT boards_id_key",
        &["R036 boards column id", "R037 notes column board_id"],
    );
    // At the end of a transaction is too late.
    broken_and_mended(
        "ALTER TABLE notes DROP CONSTRAINT notes_board_id_fkey; ALTER TABLE boards DROP CONSTRAINT boards_id_key;
         ALTER TABLE boards ADD CONSTRAINT late UNIQUE (id) DEFERRABLE",
        &["R036 boards column id", "R037 notes column board_id"],
    );
    broken_and_mended(
        "ALTER TABLE notes DROP CONSTRAINT notes_board_id_fkey;
         ALTER TABLE notes ADD FOREIGN KEY (board_id) REFERENCES boards (id) NOT VALID",
        &["R037 notes column board_id"],
    );
    broken_and_mended(
        "ALTER TABLE members DROP CONSTRAINT members_person_id_fkey",
        &["R037 members column person_id"],
    );
}

tenancy_diesel::table! {
    #[tenant_scoped(link = crate::belonging_tables::members(person_id = person_id))]
    devices (id) { id -> Integer, person_id -> Integer, name -> Text, }
}

/// The devices of persons who are linked: both refer to the person.
#[test]
fn r037_a_link_and_what_it_names_are_kept_by_a_third_table() {
    let (database, _) = unwalled("rule_third");
    let mut owner = database.owner();
    owner
        .batch_execute(
            "CREATE TABLE devices (id integer PRIMARY KEY, person_id integer NOT NULL REFERENCES people, name text NOT NULL);
             INSERT INTO devices VALUES (1, 7, 'phone'), (2, 8, 'desk')",
        )
        .unwrap();
    let wall = RowSecurity::new(declared().table::<devices::table>(), database.roles()).unwrap();
    owner.batch_execute(&wall.migration().up()).unwrap();
    assert_eq!(found(&report(&database, &wall)), [""; 0]);
    let shown = seen(&mut database.app(), &opening(&wall, "1"), "SELECT id FROM devices");
    assert_eq!(shown, "1");
    // Neither key alone.
    for (table, key) in [("devices", "devices_person_id_fkey"), ("members", "members_person_id_fkey")] {
        let [off, on] = ["DISABLE", "ENABLE"].map(|word| format!("ALTER TABLE {table} {word} TRIGGER ALL"));
        database.superuser().batch_execute(&off).unwrap();
        let found = found(&report(&database, &wall));
        assert!(found.contains(&"R037 members column person_id".to_owned()), "without {key}: {found:?}");
        database.superuser().batch_execute(&on).unwrap();
    }
}

#[test]
fn r032_no_index_begins_with_the_parent_and_the_migration_builds_it() {
    broken_and_mended("DROP INDEX notes_tenancy", &["R032 notes"]);
}

#[test]
fn r030_references_that_cannot_pair_the_tenants() {
    broken_and_mended(
        "ALTER TABLE notes ADD COLUMN reply_to integer CONSTRAINT replies REFERENCES notes (id)",
        &["R030 notes constraint replies"],
    );
    broken_and_mended(
        "ALTER TABLE boards ADD COLUMN label_id integer CONSTRAINT labelled REFERENCES labels (id)",
        &["R030 boards constraint labelled"],
    );
    // By way of the board both name.
    broken_and_mended(
        "ALTER TABLE notes ADD UNIQUE (board_id, id); ALTER TABLE notes ADD COLUMN reply_to integer;
         ALTER TABLE notes ADD CONSTRAINT replies FOREIGN KEY (board_id, reply_to) REFERENCES notes (board_id, id)",
        &[],
    );
}

#[test]
fn r038_a_unique_key_without_the_parent_and_one_that_is_declared() {
    let (database, wall) = walled("rule_r038", |wall| wall);
    database.superuser().batch_execute("ALTER TABLE notes ADD CONSTRAINT by_body UNIQUE (body), ADD CONSTRAINT on_board UNIQUE (board_id, body)").unwrap();
    let of = |report: &Report| -> Vec<_> {
        let all = report.findings.iter().filter(|finding| finding.code == "R038");
        all.map(|finding| format!("{} {:?}", finding.object, finding.waived)).collect()
    };
    let before = report(&database, &wall);
    assert_eq!(of(&before), ["notes key by_body None", "notes key notes_pkey None"], "{before}");
    assert!(before.is_clean(), "a notice: {before}");
    let with = |key| {
        let tables = declared().unique_over_all_tenants::<notes::table>(key, "a test");
        RowSecurity::new(tables, database.roles()).unwrap()
    };
    let wall = with("by_body");
    assert_eq!(
        of(&report(&database, &wall)),
        ["notes key by_body Some(\"a test\")", "notes key notes_pkey None"]
    );
    assert_eq!(found(&report(&database, &with("no_such"))), ["R034 notes key no_such"]);
    // The migration leaves it as it is.
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    assert_eq!(
        lines(
            &mut database.superuser(),
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'by_body'"
        )
        .unwrap(),
        ["(\"UNIQUE (body)\")"]
    );
}

#[test]
fn r039_a_key_that_does_not_hold_among_shared_rows() {
    let (database, wall) = walled("rule_r039", |wall| wall);
    let keys = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'presets'::regclass AND contype <> 'n' ORDER BY 1";
    assert_eq!(
        lines(&mut database.superuser(), keys).unwrap(),
        [
            "(\"PRIMARY KEY (id)\")",
            "(\"UNIQUE (tenant_id, id)\")",
            "(\"UNIQUE NULLS NOT DISTINCT (tenant_id, name)\")"
        ],
        "the primary key stays"
    );
    database
        .superuser()
        .batch_execute(
            "ALTER TABLE presets ADD COLUMN slug text, ADD CONSTRAINT by_slug UNIQUE (tenant_id, slug)",
        )
        .unwrap();
    let report = report(&database, &wall);
    assert_eq!(found(&report), ["R039 presets key by_slug"], "{report}");
    assert!(report.is_clean(), "{report}");
}

#[test]
fn r060_a_global_table_that_says_who_belongs_to_whom_and_that_the_application_writes() {
    mod listed {
        tenancy_diesel::table! {
            #![tenant_global(memberships = "read before admission")]
            workspaces (id) { id -> Integer, tenant_id -> Integer, }
            memberships (id) { id -> Integer, tenant_id -> Integer, person_id -> Integer, }
        }
    }
    let database = Database::empty("rule_r060");
    database.owner().batch_execute(
        "CREATE TABLE workspaces (id integer NOT NULL, tenant_id integer NOT NULL, PRIMARY KEY (tenant_id, id));
         CREATE TABLE memberships (id integer PRIMARY KEY, tenant_id integer NOT NULL, person_id integer NOT NULL)",
    ).unwrap();
    let wall = RowSecurity::new(tables![listed::workspaces, listed::memberships], database.roles()).unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    assert!(report(&database, &wall).findings.is_empty(), "it may be read");
    for grant in ["INSERT", "UPDATE (person_id)", "DELETE"] {
        database
            .owner()
            .batch_execute(&format!("GRANT {grant} ON memberships TO {}", database.role("app")))
            .unwrap();
        let broken = report(&database, &wall);
        assert_eq!(found(&broken), ["R060 \"public\".\"memberships\""], "{grant}: {broken}");
        assert!(!broken.is_clean());
        let waivers =
            Waivers::new().waive("R060", "\"public\".\"memberships\"", "raw SQL is nowhere").unwrap();
        assert!(report_as(&database, &Inspection::new(&wall).waivers(waivers), "app").is_clean());
        database.owner().batch_execute(&broken.findings[0].mend).unwrap();
        assert!(report(&database, &wall).findings.is_empty());
    }
}

#[test]
fn r061_links_that_the_application_makes() {
    broken_and_mended("GRANT INSERT ON members TO {app}", &["R061 \"public\".\"members\""]);
    broken_and_mended("GRANT UPDATE (person_id) ON members TO {app}", &["R061 \"public\".\"members\""]);
    let (database, _) = walled("rule_r061", |wall| wall);
    let tables = declared().linked_by_tenants::<members::table>("a directory for all");
    let wall = RowSecurity::new(tables, database.roles()).unwrap();
    database.owner().batch_execute(&wall.migration().named("2").up()).unwrap();
    let report = report(&database, &wall);
    assert!(report.is_clean(), "{report}");
    let accepted = report.findings.iter().find(|finding| finding.code == "R061").unwrap();
    assert_eq!(accepted.waived.as_deref(), Some("a directory for all"));
    let mut app = database.app();
    let linking = "INSERT INTO members VALUES (1, 8, 'x')";
    app.batch_execute(&format!("{}; {linking}", opening(&wall, "1"))).unwrap();
    assert_eq!(
        lines(&mut app, "SELECT name FROM people ORDER BY 1").unwrap(),
        ["(Ann)", "(Bob)"],
        "whoever links reads"
    );
}

#[test]
fn r062_a_row_of_nobody() {
    broken_and_mended("ALTER TABLE notes ALTER board_id DROP NOT NULL", &["R062 notes column board_id"]);
}

/// Rows from before it may be NULL, and the catalog calls the column NOT NULL all the same.
#[test]
fn r037_r062_a_column_that_is_not_null_for_new_rows_only() {
    if postgres_is_older_than(18) {
        return;
    }
    let loosely = |column| {
        format!(
            "ALTER TABLE notes ALTER {column} DROP NOT NULL; ALTER TABLE notes ADD CONSTRAINT loosely NOT NULL {column} NOT VALID"
        )
    };
    broken_and_mended(&loosely("board_id"), &["R062 notes column board_id"]);
    // A NULL beside it, and the foreign key asks nothing.
    let pair = "ALTER TABLE boards ADD kind integer NOT NULL DEFAULT 1, ADD UNIQUE (id, kind);
        ALTER TABLE notes ADD kind integer NOT NULL DEFAULT 1, DROP CONSTRAINT notes_board_id_fkey, ADD FOREIGN KEY (board_id, kind) REFERENCES boards (id, kind)";
    broken_and_mended(pair, &[]);
    broken_and_mended(&format!("{pair}; {}", loosely("kind")), &["R037 notes column board_id"]);
}

mod earlier {
    tenancy_diesel::table! {
        #![tenant_global(people)]
        boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
        notes (id) { id -> Integer, tenant_id -> Integer, board_id -> Integer, body -> Text, }
        members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, role -> Text, }
        people (id) { id -> Integer, name -> Text, }
        labels (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
        presets (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
    }
}

/// Tables that had a tenant column, or were everybody's, become these; and each migration takes back its own.
#[test]
fn an_earlier_wall_becomes_this_one() {
    for sealed in [false, true] {
        let database = Database::empty("belong_inc");
        database.owner().batch_execute(TABLES).unwrap();
        database.owner().batch_execute("ALTER TABLE notes ADD tenant_id integer NOT NULL DEFAULT 1; DELETE FROM presets WHERE tenant_id IS NULL").unwrap();
        database.superuser().batch_execute("UPDATE notes SET tenant_id = board_id").unwrap();
        let make = |tables| {
            let wall = RowSecurity::new(tables, database.roles()).unwrap();
            if sealed { wall.sealed() } else { wall }
        };
        use earlier as e;
        let first = make(tables![e::boards, e::notes, e::members, e::people, e::labels]);
        let second = make(tables![boards, notes, members, people, labels, presets]);
        // The earlier wall's key of the parent has the tenant in it, and the one that is without stays for this.
        there_and_back(&database, &first.migration().named("1"), &second.migration().named("2"));
        // And back: what was of this kind becomes by column.
        there_and_back(&database, &second.migration().named("1"), &first.migration().named("2"));
        database.owner().batch_execute(&first.migration().named("1").up()).unwrap();
        database.owner().batch_execute(&second.migration().named("2").up()).unwrap();
        database.install_key(&second);
        let report = report(&database, &second);
        assert!(report.is_clean(), "{report}");
        let one = opening(&second, "1");
        assert_eq!(seen(&mut database.app(), &one, "SELECT id FROM notes"), "10");
        assert_eq!(seen(&mut database.app(), &one, "SELECT name FROM people"), "Ann");
    }
}

/// A parent whose key another tenant could have would be two tenants' parent.
#[test]
fn the_wall_does_not_go_up_over_a_parent_that_is_not_unique() {
    let (database, wall) = unwalled("belong_key");
    let mut superuser = database.superuser();
    superuser
        .batch_execute(
            "ALTER TABLE notes DROP CONSTRAINT notes_board_id_fkey; ALTER TABLE boards DROP CONSTRAINT boards_id_key;
             INSERT INTO boards VALUES (2, 1, 'as well')",
        )
        .unwrap();
    let before = catalog(&database);
    let error = database.owner().batch_execute(&wall.migration().up()).unwrap_err().to_string();
    assert!(
        error.contains("the wall cannot go up: two rows of \"public\".\"boards\" have one id, through which the rows of notes belong to tenants"),
        "{error}"
    );
    assert_eq!(before, catalog(&database));
    superuser.batch_execute("DELETE FROM boards WHERE title = 'as well'").unwrap();
    let before = catalog(&database);
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    let found = found(&report(&database, &wall));
    assert_eq!(
        found,
        ["R037 notes column board_id"],
        "it got a key, and what it refers to is the team's to say"
    );
    let second = "INSERT INTO boards VALUES (1, 2, 'mine')";
    let error =
        database.app().batch_execute(&format!("{}; {second}", opening(&wall, "1"))).unwrap_err().to_string();
    assert!(error.contains("boards_id_tenancy_key"), "{error}");
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(before, catalog(&database));
}
