//! Raw SQL of one tenant against what belongs to tenants through a parent or a link, and against the rows that all share.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::{delete, insert_into, testing, update};
use tenancy_rls::RowSecurity;

use crate::belonging_tables::{members, notes, opening, people, presets, seen, walled};
use crate::database::{Database, lines};

const EVERYTHING: &str = "
    SELECT 'boards ' || boards::text FROM boards UNION ALL SELECT 'notes ' || notes::text FROM notes UNION ALL SELECT 'marks ' || marks::text FROM marks
    UNION ALL SELECT 'members ' || members::text FROM members UNION ALL SELECT 'people ' || people::text FROM people
    UNION ALL SELECT 'presets ' || presets::text FROM presets UNION ALL SELECT 'labels ' || labels::text FROM labels
    UNION ALL SELECT 'hints ' || hints::text FROM hints ORDER BY 1";

/// What the server answers to a statement in a committed transaction of the first tenant: the rows it changed, or the error.
fn answer(database: &Database, wall: &RowSecurity, statement: &str) -> Result<usize, String> {
    answer_to(database, wall, "1", statement)
}

/// The same to another tenant.
fn answer_to(
    database: &Database,
    wall: &RowSecurity,
    tenant: &str,
    statement: &str,
) -> Result<usize, String> {
    let mut app = database.app();
    app.batch_execute(&opening(wall, tenant)).unwrap();
    let done = diesel::sql_query(statement).execute(&mut app);
    app.batch_execute("COMMIT").unwrap();
    done.map_err(|error| error.to_string())
}

const POLICY: &str = "row-level security policy";
const GRANT: &str = "permission denied";

/// Each with what it is refused by.
const REFUSED: [(&str, &str); 30] = [
    // Under another's parent, and moved there.
    ("INSERT INTO notes VALUES (30, 2, 'mine')", POLICY),
    ("INSERT INTO notes VALUES (30, 99, 'under none')", POLICY),
    ("INSERT INTO notes VALUES (30, NULL, 'under none')", POLICY),
    ("UPDATE notes SET board_id = 2", POLICY),
    ("UPDATE notes SET board_id = NULL", POLICY),
    ("INSERT INTO marks VALUES (20, 'z')", POLICY),
    ("UPDATE marks SET note_id = 20", POLICY),
    ("INSERT INTO notes VALUES (20, 2, 'x') ON CONFLICT (id) DO UPDATE SET board_id = 1", POLICY),
    ("INSERT INTO notes VALUES (20, 1, 'x') ON CONFLICT (id) DO UPDATE SET body = 'x'", POLICY),
    (
        "MERGE INTO notes USING (VALUES (30)) AS v (id) ON notes.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (30, 2, 'm')",
        POLICY,
    ),
    (
        "WITH b AS (INSERT INTO boards VALUES (2, 5, 'given') RETURNING id) INSERT INTO notes SELECT 30, id, 'x' FROM b",
        POLICY,
    ),
    // The key of another's parent, so that its children would be one's own.
    ("UPDATE boards SET id = 2", "duplicate key"),
    ("INSERT INTO boards VALUES (1, 2, 'mine')", "duplicate key"),
    ("UPDATE boards SET tenant_id = 2", POLICY),
    // Links.
    ("INSERT INTO members VALUES (1, 8, 'spy')", GRANT),
    (
        "INSERT INTO members VALUES (1, 7, 'again') ON CONFLICT (tenant_id, person_id) DO UPDATE SET person_id = 8",
        GRANT,
    ),
    ("UPDATE members SET person_id = 8", GRANT),
    ("UPDATE members SET tenant_id = 2", POLICY),
    // What is linked.
    ("INSERT INTO people VALUES (10, 'Joe')", GRANT),
    ("UPDATE people SET name = 'x'", GRANT),
    ("DELETE FROM people", GRANT),
    ("SELECT nextval('people_id_seq')", GRANT),
    // Rows that all share.
    ("INSERT INTO presets VALUES (10, NULL, 'mine for all')", POLICY),
    ("UPDATE presets SET tenant_id = NULL", POLICY),
    ("UPDATE presets SET tenant_id = 2", POLICY),
    ("INSERT INTO labels VALUES (10, 0, 'mine for all')", POLICY),
    ("UPDATE labels SET tenant_id = 0", POLICY),
    ("INSERT INTO hints VALUES (1, 'under what all share')", POLICY),
    ("UPDATE hints SET label_id = 1", POLICY),
    ("INSERT INTO presets VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'", POLICY),
];

/// Each finds none of those that it is after.
const NOTHING: [&str; 11] = [
    "UPDATE notes SET board_id = 1 WHERE id = 20",
    "UPDATE notes SET body = 'x' FROM boards WHERE boards.id = notes.board_id AND boards.id = 2",
    "DELETE FROM marks WHERE mark = 'y'",
    "DELETE FROM notes USING (VALUES (2)) AS v (board) WHERE board_id = board",
    "DELETE FROM members WHERE tenant_id = 2",
    "UPDATE presets SET name = 'x' WHERE tenant_id IS NULL",
    "UPDATE presets SET tenant_id = 1 WHERE id IN (1, 3)",
    "DELETE FROM presets WHERE id = 1",
    "UPDATE labels SET name = 'x' WHERE tenant_id <> 1",
    "DELETE FROM labels WHERE id = 1",
    "DELETE FROM hints WHERE label_id <> 2",
];

#[test]
fn nobody_writes_what_is_another_s_what_is_linked_or_what_all_share() {
    for make in [(|wall| wall) as fn(RowSecurity) -> RowSecurity, RowSecurity::sealed] {
        let (database, wall) = walled("attack_belong", make);
        let before = lines(&mut database.superuser(), EVERYTHING).unwrap();
        for (statement, words) in REFUSED {
            let answer = answer(&database, &wall, statement);
            assert!(answer.as_ref().is_err_and(|error| error.contains(words)), "{statement}: {answer:?}");
        }
        for statement in NOTHING {
            assert_eq!(answer(&database, &wall, statement), Ok(0), "{statement}");
        }
        assert_eq!(lines(&mut database.superuser(), EVERYTHING).unwrap(), before);
    }
}

/// A tenant is admitted that has the very id which says that a row is everybody's.
#[test]
fn nobody_is_the_tenant_whose_id_the_shared_rows_have() {
    let (database, wall) = walled("attack_nobody", RowSecurity::sealed);
    let before = lines(&mut database.superuser(), EVERYTHING).unwrap();
    for statement in [
        "INSERT INTO labels VALUES (10, 0, 'for all')",
        "INSERT INTO hints VALUES (1, 'under what all share')",
    ] {
        let answer = answer_to(&database, &wall, "0", statement);
        assert!(answer.as_ref().is_err_and(|error| error.contains(POLICY)), "{statement}: {answer:?}");
    }
    for statement in [
        "UPDATE labels SET name = 'x'",
        "DELETE FROM labels",
        "UPDATE hints SET hint = 'x'",
        "DELETE FROM hints",
    ] {
        assert_eq!(answer_to(&database, &wall, "0", statement), Ok(0), "{statement}");
    }
    assert_eq!(lines(&mut database.superuser(), EVERYTHING).unwrap(), before);
}

/// What a tenant may do, and what comes of it for the others: nothing.
#[test]
fn what_is_its_own_a_tenant_writes() {
    let (database, wall) = walled("attack_own", |wall| wall);
    let two = opening(&wall, "2");
    let theirs = seen(&mut database.app(), &two, EVERYTHING);
    for (statement, rows) in [
        ("INSERT INTO boards VALUES (1, 3, 'more')", 1),
        ("INSERT INTO notes (board_id, body) SELECT 3, 'new'", 1),
        ("UPDATE notes SET board_id = 3, body = 'moved'", 2),
        // A parent's key changes, and its children with it.
        ("UPDATE boards SET id = 50 WHERE id = 3", 1),
        ("INSERT INTO marks SELECT id, 'new' FROM notes", 2),
        ("DELETE FROM marks", 3),
        ("DELETE FROM notes", 2),
        ("UPDATE members SET role = 'x'", 1),
        ("DELETE FROM members", 1),
        ("INSERT INTO presets VALUES (10, 1, 'new')", 1),
        ("UPDATE presets SET name = name || '!'", 2),
        ("DELETE FROM labels WHERE id NOT IN (SELECT label_id FROM hints)", 0),
        ("DELETE FROM hints", 1),
        ("DELETE FROM labels", 1),
    ] {
        assert_eq!(answer(&database, &wall, statement), Ok(rows), "{statement}");
    }
    assert_eq!(seen(&mut database.app(), &two, EVERYTHING), theirs);
}

/// What the guide says of keys: a violation tells that a value is there, and a reference to it that it is not.
#[test]
fn what_a_key_of_a_child_tells() {
    let (database, wall) = walled("attack_tells", |wall| wall);
    let taken = answer(&database, &wall, "INSERT INTO notes VALUES (20, 1, 'x')").unwrap_err();
    assert!(taken.contains("notes_pkey"), "{taken}");
    assert_eq!(answer(&database, &wall, "INSERT INTO notes VALUES (21, 1, 'x')"), Ok(1));
    // Under what parent a row would be is told by nothing.
    let [theirs, none] = [2, 99].map(|board| {
        answer(&database, &wall, &format!("INSERT INTO notes VALUES (30, {board}, 'x')")).unwrap_err()
    });
    assert_eq!(theirs, none);
}

/// The library's own statements, behind the wall.
#[test]
fn scoped_statements_do_what_they_do_without_it() {
    let (database, wall) = walled("attack_typed", RowSecurity::sealed);
    let mut app = database.app();
    let acme = &testing::scope(1);
    app.batch_execute(&opening(&wall, "1")).unwrap();
    let row = (notes::id.eq(30), notes::board_id.eq(1), notes::body.eq("new"));
    assert_eq!(insert_into(notes::table.scoped(acme)).values(row).execute(&mut app), Ok(1));
    let found: Vec<i32> =
        notes::table.scoped(acme).select(notes::id).order(notes::id).load(&mut app).unwrap();
    assert_eq!(found, [10, 30]);
    assert_eq!(update(notes::table.scoped(acme)).find(30).set(notes::body.eq("x")).execute(&mut app), Ok(1));
    assert_eq!(update(notes::table.scoped(acme)).find(30).under(1).execute(&mut app), Ok(1));
    assert_eq!(delete(notes::table.scoped(acme)).find(30).execute(&mut app), Ok(1));
    let found: Vec<String> = people::table.scoped(acme).select(people::name).load(&mut app).unwrap();
    assert_eq!(found, ["Ann"]);
    assert_eq!(update(members::table.scoped(acme)).set(members::role.eq("x")).execute(&mut app), Ok(1));
    let found: Vec<i32> = presets::table
        .scoped(acme)
        .or_shared()
        .select(presets::id)
        .order(presets::id)
        .load(&mut app)
        .unwrap();
    assert_eq!(found, [1, 2]);
    let row = (presets::id.eq(30), presets::name.eq("new"));
    assert_eq!(insert_into(presets::table.scoped(acme)).values(row).execute(&mut app), Ok(1));
    app.batch_execute("COMMIT").unwrap();
    let mut across = database.across();
    let support = &testing::cross_tenant("a test");
    let row = (people::id.eq(30), people::name.eq("Joe"));
    assert_eq!(
        insert_into(people::table.write_across_tenants(support)).values(row).execute(&mut across),
        Ok(1)
    );
    let shared = (presets::id.eq(31), presets::name.eq("for all"));
    assert_eq!(
        insert_into(presets::table.write_across_tenants(support).shared())
            .values(shared)
            .execute(&mut across),
        Ok(1)
    );
}
