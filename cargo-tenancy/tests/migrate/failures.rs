//! What becomes of the others when one fails, and what a failed one leaves.

use crate::world::World;

/// The relations and versions of four targets.
fn state(world: &World) -> Vec<String> {
    ["public", "acme", "kiwi", "zoo"].iter().map(|schema| world.versions(schema)).collect()
}

#[test]
fn a_failure_stops_the_others_and_leaves_nothing_of_itself() {
    let world = World::new("stop", &["acme", "kiwi", "zoo"]).with_migrations();
    world.run("CREATE VIEW kiwi.red_tags AS SELECT 1 AS x");
    let ran = world.says(3, &["run", "--jobs", "1"]).with(&[
        "kiwi: migration 0002_tags",
        "\"red_tags\" already exists",
        "1 target failed and 1 target were not reached",
        "fix: ",
    ]);
    assert!(ran.out.contains("1 failed, 1 not reached"), "{}", ran.out);
    assert_eq!(state(&world), ["0001 0002 0003", "0001 0002 0003", "0001", ""]);
    // The statements before the one that failed are undone.
    assert_eq!(world.relations("kiwi"), "notes notes_id_seq notes_pkey red_tags");
    let status = world.says(1, &["status"]);
    let line = status.out.lines().find(|line| line.starts_with("kiwi")).unwrap();
    assert!(line.contains("failed") && line.contains("1  0002_tags"), "{}", status.out);
    assert!(
        status.out.contains("attempt 1: kiwi: migration 0002_tags: relation \"red_tags\" already exists"),
        "{}",
        status.out
    );

    world.run("DROP VIEW kiwi.red_tags");
    let ran = world.says(0, &["run"]);
    assert!(ran.out.contains("5 applied on 2 of 4 targets; 2 up to date"), "{}", ran.out);
    world.says(0, &["status"]);
    world.says(0, &["drift"]);
}

#[test]
fn others_go_on_when_that_is_asked_for() {
    let world = World::new("go_on", &["acme", "kiwi", "zoo"]).with_migrations();
    for schema in ["acme", "kiwi"] {
        world.run(&format!("CREATE TABLE {schema}.tags ()"));
    }
    let ran = world.says(3, &["run", "--jobs", "1", "--go-on", "--max-failures", "2"]);
    assert!(ran.out.contains("2 failed, 1 not reached"), "{}", ran.out);
    assert_eq!(state(&world), ["0001 0002 0003", "0001", "0001", ""]);
    let ran = world.says(1, &["run", "--go-on"]);
    assert!(
        ran.out.contains("2 failed, 0 not reached") && ran.out.matches("failed: ").count() == 2,
        "{}",
        ran.out
    );
    assert_eq!(state(&world), ["0001 0002 0003", "0001", "0001", "0001 0002 0003"]);
}

#[test]
fn a_text_that_changed_after_it_was_applied_is_refused() {
    let world = World::new("changed", &["acme"]).with_migrations();
    world.says(0, &["run", "--tenant", "acme"]);
    world.migration("0001_notes", "CREATE TABLE notes (id bigint PRIMARY KEY)");
    world.says(3, &["run"]).with(&[
        "the text of a migration is another one than was applied: 0001_notes (at acme)",
        "--accept-changed 0001",
    ]);
    assert_eq!(world.versions("public"), "");
    assert!(
        world
            .says(1, &["plan"])
            .out
            .contains("refused: 0001_notes has another text than was applied at acme")
    );
    // Those with the new text differ then, which drift would say; the columns that 0002 needs are there.
    world.migration("0001_notes", &format!("{} ", crate::world::NOTES));
    world.says(0, &["run", "--accept-changed", "0001"]);
    world.says(0, &["drift"]);
    // One that failed may be mended.
    world.migration("0004_more", "SELECT 1 / 0");
    world.says(3, &["run"]).with(&["division by zero"]);
    world.migration("0004_more", "SELECT 1");
    world.says(0, &["run"]);
    // What was accepted is this text, and no third one.
    world.migration("0001_notes", &format!("{}  ", crate::world::NOTES));
    world.says(3, &["run"]).with(&["0001_notes (at acme and 1 more)"]);
}

#[test]
fn a_migration_that_ends_its_own_transaction_is_found_out() {
    let world = World::new("commits", &[]);
    world.migration("0001_commits", "CREATE TABLE early (); COMMIT; CREATE TABLE late ()");
    world.says(3, &["run"]).with(&[
        "0001_commits ends the transaction that it runs in",
        "take BEGIN, COMMIT and ROLLBACK out of it",
    ]);
    assert_eq!(world.versions("public"), "");
}

#[test]
fn what_needs_no_transaction_says_so() {
    let world = World::new("active", &[]);
    world.migration("0001_notes", crate::world::NOTES);
    world.migration("0002_index", crate::world::INDEX);
    world.says(3, &["run"]).with(&["cannot run inside a transaction block", "run_in_transaction = false"]);
    world.in_no_transaction("0002_index", crate::world::INDEX);
    world.says(0, &["run"]);
}

#[test]
fn rows_that_row_level_security_would_hide_are_an_error_and_not_left_out() {
    let world = World::new("row_security", &[]);
    world.migration("0001_notes", crate::world::NOTES);
    world.says(0, &["run"]);
    let owner = format!("owner_{}", std::process::id());
    world.run(&format!(
        "INSERT INTO notes (body) VALUES ('x'); CREATE ROLE {owner} LOGIN PASSWORD 'tenancy'; GRANT CREATE ON SCHEMA public TO {owner};
         GRANT USAGE ON SCHEMA tenancy TO {owner}; GRANT ALL ON ALL TABLES IN SCHEMA tenancy, public TO {owner};
         ALTER TABLE notes OWNER TO {owner}; ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY"
    ));
    world.migration("0002_fill", "UPDATE notes SET stars = 5");
    let mut command = world.command(&["run"]);
    let ran = crate::ran::Ran::of(command.env("DATABASE_URL", world.url_as(&owner)).output().unwrap());
    ran.ended(3).with(&["row-level security policy for table \"notes\"", "BYPASSRLS"]);
    assert_eq!(world.versions("public"), "0001");
    world.says(0, &["run"]);
    assert_eq!(world.lines("SELECT stars::text AS line FROM notes"), ["5"]);
    world
        .run(&format!("REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP OWNED BY {owner}; DROP ROLE {owner}"));
}
