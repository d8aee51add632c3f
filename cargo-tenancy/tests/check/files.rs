//! Which files are read, and which are tests.

use crate::project::{Project, code, finds, finds_nothing, text};

const BYPASS: &str = "fn work() { tenancy_core::testing::scope(7); }";

#[test]
fn an_unparsable_file_is_an_error_with_its_name_and_line() {
    let project = Project::of("fn work() {}").file("src/broken.rs", "fn one() {}\nfn two( {\n");
    let output = project.run(&[]);
    let error = text(&output.stderr);
    assert_eq!(code(&output), 3, "{error}");
    assert!(error.contains("src/broken.rs:2:"), "{error}");
    assert!(error.contains("fix: ") && error.contains("exclude"), "{error}");
    assert!(output.stdout.is_empty());

    project.write("src/broken.rs", "fn one() { 1 + }");
    assert!(text(&project.run(&[]).stderr).contains("src/broken.rs:1:"));
    std::fs::write(project.path().join("src/broken.rs"), b"\n\xff").expect("a file");
    assert!(text(&project.run(&[]).stderr).contains("src/broken.rs:2: the line is not UTF-8"));
    // Named in the inventory it is none of the application's.
    project.write("tenancy-inventory.toml", "version = 1\nexclude = [\"src/broken.rs\"]\n");
    assert_eq!(code(&project.run(&[])), 0);
}

#[test]
fn gitignore_is_respected_and_what_it_hides_of_a_crate_is_a_place() {
    let project = Project::of("fn work() {}").file(".gitignore", "generated/\n/src/hidden.rs\n");
    project.write("generated/code.rs", BYPASS);
    project.write("src/hidden.rs", BYPASS);
    assert!(project.places().is_empty());
    project.write("src/lib.rs", "mod hidden;");
    assert_eq!((project.only().kind, project.only().excerpt), ("unread-source".into(), "mod hidden".into()));
}

#[test]
fn source_that_is_not_read_is_a_place() {
    let place = finds("unread-source", "include!(concat!(env!(\"OUT_DIR\"), \"/schema.rs\"));");
    assert!(place.excerpt.contains("OUT_DIR"));
    finds("unread-source", "mod nowhere;");
    finds("unread-source", "#[path = \"../../elsewhere.rs\"]\nmod elsewhere;");
    assert!(Project::of("include!(\"more.rs\");").file("src/more.rs", "fn more() {}").places().is_empty());
    let project =
        Project::of("mod a;").file("src/a.rs", "mod b;\nmod c { mod d; }\n#[path = \"x/e.rs\"] mod e;");
    let project = project.file("src/a/b/mod.rs", "").file("src/a/c/d.rs", "").file("src/x/e.rs", "");
    assert!(project.places().is_empty(), "{:#?}", project.places());
    finds_nothing("mod inline { fn work() {} }");
}

#[test]
fn what_only_tests_compile_is_left_out_and_counted() {
    for code in [
        format!("#[cfg(test)]\nmod tests {{ {BYPASS} }}"),
        format!("#[cfg(all(test, feature = \"x\"))]\n{BYPASS}"),
        format!("#[test]\n{BYPASS}"),
        format!("#[tokio::test]\nasync {BYPASS}"),
    ] {
        let project = Project::of(&code);
        let (answer, exit) = project.json(&[]);
        assert_eq!(
            (answer["left_out"].as_u64(), answer["new"].as_u64(), exit),
            (Some(1), Some(0), 0),
            "{code}"
        );
        project.write("tenancy-inventory.toml", "version = 1\ntests = true\n");
        assert_eq!(project.json(&[]).0["new"], 1, "{code}");
    }
}

#[test]
fn files_that_only_tests_compile_are_followed() {
    let project = Project::of("#[cfg(test)]\nmod tests;\n")
        .file("src/tests.rs", "mod more;")
        .file("src/tests/more.rs", BYPASS)
        .file("tests/it.rs", &format!("mod common;\n{BYPASS}"))
        .file("tests/common/mod.rs", BYPASS)
        .file("benches/speed.rs", BYPASS);
    assert_eq!(project.json(&[]).0["left_out"], 4);
    assert!(project.places().is_empty(), "{:#?}", project.places());
}

#[test]
fn what_is_released_is_no_test_wherever_it_is() {
    // By a path, by an include, by the manifest, and by a module that is declared twice.
    let project =
        Project::of("#[path = \"../tests/common.rs\"]\nmod common;").file("tests/common.rs", BYPASS);
    assert_eq!(project.kinds(), ["testing"]);
    let project = Project::of("include!(\"../tests/common.rs\");").file("tests/common.rs", BYPASS);
    assert_eq!(project.kinds(), ["testing"]);
    let manifest = "[package]\nname = \"app\"\n[[bin]]\nname = \"run\"\npath = \"tests/run.rs\"\n";
    assert_eq!(Project::new().file("Cargo.toml", manifest).file("tests/run.rs", BYPASS).kinds(), ["testing"]);
    let twice = "#[cfg(test)]\nmod one { #[path = \"../shared.rs\"] mod shared; }\n#[path = \"shared.rs\"]\nmod shared;";
    assert_eq!(Project::of(twice).file("src/shared.rs", BYPASS).kinds(), ["testing"]);
    let project = Project::of(BYPASS).file("tests/it.rs", "#[path = \"../src/lib.rs\"]\nmod lib;");
    assert_eq!(project.kinds(), ["testing"]);
}

#[test]
fn what_the_manifest_names_a_test_is_one() {
    let manifest = "[package]\nname = \"app\"\n[[test]]\nname = \"it\"\npath = \"src/it/mod.rs\"\n";
    let project = Project::new().file("Cargo.toml", manifest).file("src/it/mod.rs", "mod one;");
    let project = project.file("src/it/one.rs", BYPASS);
    assert_eq!((project.json(&[]).0["left_out"].as_u64(), project.places().len()), (Some(1), 0));
    // What is released as well is no test.
    project.write("src/lib.rs", "mod it;");
    assert_eq!(project.kinds(), ["testing"]);
}

#[test]
fn exceptions_of_the_proof_count_in_tests() {
    let project = Project::new().file("tests/it.rs", "#[test]\nfn it() { proof.skip(\"GET /\", \"why\"); }");
    assert_eq!(project.kinds(), ["proof-exception"]);
}

#[test]
fn the_root_is_found_from_a_folder_below_it() {
    let project = Project::of(BYPASS).file("Cargo.toml", "[workspace]\n").file("a/Cargo.toml", "[package]\n");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tenancy"))
        .args(["check"])
        .current_dir(project.path().join("a"))
        .output()
        .expect("the binary");
    assert!(text(&output.stdout).contains("new src/lib.rs:1:13: testing"), "{}", text(&output.stdout));
}

#[test]
fn deeply_nested_code_is_read() {
    let deep = format!("fn work() {{ let _ = {}1{}; }}", "(".repeat(3000), ")".repeat(3000));
    finds_nothing(&deep);
}
