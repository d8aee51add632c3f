//! The inventory: what is new, what is known, and what is gone.

use crate::project::{Project, code, text};

const ONE: &str = "fn work() {\n    tx.raw(\"full-text search\", \"SELECT 1\");\n}\n";

#[test]
fn a_new_place_is_exit_code_1_and_a_known_one_0() {
    let project = Project::of(ONE);
    let output = project.run(&[]);
    assert_eq!(code(&output), 1);
    let shown = text(&output.stdout);
    assert!(shown.contains("new src/lib.rs:2:8: raw-sql\n    work: tx.raw(\"full-text search\", \"SELECT 1\")\n    reason: full-text search\n"), "{shown}");
    assert!(
        shown.contains("1 new, 0 known, 0 gone, in 1 file\nthere is no tenancy-inventory.toml yet"),
        "{shown}"
    );

    assert_eq!(code(&project.run(&["--update"])), 0);
    let inventory = project.read("tenancy-inventory.toml");
    for line in [
        "version = 1",
        "kind = \"raw-sql\"",
        "file = \"src/lib.rs\"",
        "item = \"work\"",
        "reason = \"full-text search\"",
    ] {
        assert!(inventory.lines().any(|one| one == line), "{line}\n{inventory}");
    }
    let output = project.run(&[]);
    assert_eq!(text(&output.stdout), "0 new, 1 known, 0 gone, in 1 file\n");
    assert_eq!(code(&output), 0);
    assert!(text(&project.run(&["--all"]).stdout).contains("known src/lib.rs:2:8: raw-sql"));

    project.write("src/lib.rs", &format!("{ONE}fn more() {{ diesel::sql_query(\"SELECT 2\"); }}\n"));
    let (answer, exit) = project.json(&[]);
    assert_eq!((answer["new"].as_u64(), answer["known"].as_u64(), exit), (Some(1), Some(1), 1));
}

#[test]
fn moved_lines_and_another_layout_change_nothing() {
    let project = Project::of(ONE);
    project.run(&["--update"]);
    let inventory = project.read("tenancy-inventory.toml");
    let moved = "// New.\n\nfn other() {}\n\nfn work() {\n    tx\n        .raw(\n            \"full-text search\",\n            \"SELECT 1\",\n        );\n}\n";
    project.write("src/lib.rs", moved);
    assert_eq!(code(&project.run(&[])), 0);
    project.run(&["--update"]);
    assert_eq!(project.read("tenancy-inventory.toml"), inventory);
}

#[test]
fn another_text_another_reason_or_another_function_is_a_new_place() {
    let project = Project::of(ONE);
    project.run(&["--update"]);
    for (from, to) in [("SELECT 1", "SELECT 1 OR true"), ("full-text", "any"), ("fn work", "fn other")] {
        project.write("src/lib.rs", &ONE.replace(from, to));
        let (answer, exit) = project.json(&[]);
        assert_eq!((answer["new"].as_u64(), exit), (Some(1), 1), "{to}");
        assert_eq!(answer["stale"][0]["gone"], 1, "{to}");
    }
    // Longer than what is shown of it.
    let long = |end: &str| format!("fn work() {{ diesel::sql_query(\"{}{end}\"); }}", "x".repeat(400));
    project.write("src/lib.rs", &long("a"));
    project.run(&["--update"]);
    assert_eq!(code(&project.run(&[])), 0);
    project.write("src/lib.rs", &long("b"));
    assert_eq!(code(&project.run(&[])), 1);
}

#[test]
fn equal_places_are_counted() {
    let twice = "fn work() {\n    q.unfiltered();\n    q.unfiltered();\n}\n";
    let project = Project::of(twice);
    project.run(&["--update"]);
    assert!(project.read("tenancy-inventory.toml").contains("count = 2"));
    project.write("src/lib.rs", &twice.replace("}\n", "    q.unfiltered();\n}\n"));
    let new: Vec<_> = project.places().into_iter().filter(|place| place.status == "new").collect();
    assert_eq!(new.len(), 1);
    assert_eq!(new[0].line, 4);
    project.write("src/lib.rs", "fn work() {\n    q.unfiltered();\n}\n");
    let (answer, exit) = project.json(&[]);
    assert_eq!((answer["new"].as_u64(), answer["stale"][0]["gone"].as_u64(), exit), (Some(0), Some(1), 1));
}

#[test]
fn stale_entries_are_reported_until_they_are_updated_away() {
    let project = Project::of(ONE);
    project.run(&["--update"]);
    project.write("src/lib.rs", "fn work() {}\n");
    let output = project.run(&[]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stdout).contains("gone src/lib.rs: raw-sql"), "{}", text(&output.stdout));
    assert_eq!(code(&project.run(&["--update"])), 0);
    assert_eq!(code(&project.run(&[])), 0);
    assert!(!project.read("tenancy-inventory.toml").contains("[[place]]"));
}

#[test]
fn notes_and_settings_are_kept() {
    let project = Project::of(ONE);
    project.run(&["--update"]);
    let noted = project.read("tenancy-inventory.toml").replace("exclude = []", "exclude = [\"old/**\"]")
        + "note = \"ask again in May\"\n";
    project.write("tenancy-inventory.toml", &noted);
    project.write("src/lib.rs", &format!("{ONE}fn more() {{ q.unfiltered(); }}\n"));
    project.run(&["--update"]);
    let inventory = project.read("tenancy-inventory.toml");
    assert!(
        inventory.contains("note = \"ask again in May\"") && inventory.contains("exclude = [\"old/**\"]"),
        "{inventory}"
    );
    assert!(inventory.contains("unfiltered"));
}

#[test]
fn the_inventory_is_sorted_by_file() {
    let project = Project::of("fn work() { q.unfiltered(); }").file("src/a.rs", ONE).file("src/z.rs", ONE);
    project.run(&["--update"]);
    let inventory = project.read("tenancy-inventory.toml");
    let files: Vec<_> = inventory.lines().filter(|line| line.starts_with("file")).collect();
    assert_eq!(files, ["file = \"src/a.rs\"", "file = \"src/lib.rs\"", "file = \"src/z.rs\""]);
}

#[test]
fn given_paths_alone_are_told_of_and_updated() {
    let project = Project::of(ONE).file("src/a.rs", ONE).file("src/b/c.rs", ONE);
    let files = |arguments: &[&str]| -> Vec<String> {
        let (answer, _) = project.json(arguments);
        answer["places"].as_array().expect("places").iter().map(|place| place["file"].to_string()).collect()
    };
    assert_eq!(files(&["src/a.rs"]), ["\"src/a.rs\""]);
    assert_eq!(files(&["src/b"]), ["\"src/b/c.rs\""]);
    assert_eq!(code(&project.run(&["--update", "src/a.rs"])), 0);
    project.run(&["--update", "src/b"]);
    assert_eq!(code(&project.run(&["src/a.rs", "src/b"])), 0);
    assert_eq!(code(&project.run(&[])), 1);
    // The rest of the inventory is not stale to whoever asks for one file.
    std::fs::remove_file(project.path().join("src/a.rs")).expect("removed");
    assert_eq!(code(&project.run(&["src/b"])), 0);
    assert_eq!(code(&project.run(&["src/a.rs"])), 1);
    let output = project.run(&["src/nowhere.rs"]);
    assert_eq!(code(&output), 3);
    assert!(text(&output.stderr).contains("src/nowhere.rs cannot be opened"));
}

#[test]
fn an_inventory_that_is_none_is_an_error_with_its_line() {
    let project = Project::of(ONE);
    for (inventory, said) in [
        ("version = 1\nplace = 3\n", "line 2"),
        ("version = 2\n", "newer"),
        ("version = 1\nplaces = []\n", "places"),
        ("version = 1\n[[place]]\nkind = \"unheard-of\"\nfile = \"a\"\nexcerpt = \"b\"\n", "unheard-of"),
        ("version = 1\nexclude = [\"a{\"]\n", "a{"),
    ] {
        project.write("tenancy-inventory.toml", inventory);
        let output = project.run(&[]);
        assert_eq!(code(&output), 3, "{inventory}");
        let error = text(&output.stderr);
        assert!(error.contains(said) && error.contains("fix: "), "{error}");
    }
}

#[test]
fn wrong_arguments_are_exit_code_2() {
    let project = Project::of(ONE);
    assert_eq!(code(&project.run(&["--format", "pdf"])), 2);
    assert_eq!(code(&project.run(&["--format", "sarif", "--json"])), 2);
}
