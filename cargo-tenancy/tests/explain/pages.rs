//! `tenancy explain T0001`, and what is none of our codes.

use std::fs;
use std::process::Command;

use crate::project::repository;

fn tenancy(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tenancy")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_pages_are_those_of_the_documentation() {
    let own = fs::read_to_string("docs/errors.md").unwrap();
    let page = fs::read_to_string(repository().join("tenancy-diesel/docs/errors.md")).unwrap();
    assert!(
        own == page,
        "the package's copy is another: cp tenancy-diesel/docs/errors.md cargo-tenancy/docs/errors.md"
    );
}

#[test]
fn a_code_is_explained_without_a_package() {
    let (code, out, _) = tenancy(&["explain", "T0001"]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("T0001\n\nA tenant table is read without a tenant"), "{out}");
    assert!(out.contains("    agents::table.scoped(&scope)"), "{out}");
    let (code, out, _) = tenancy(&["explain", "t0302", "--json"]);
    assert_eq!(code, Some(0));
    let page: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(page["code"], "T0302");
}

#[test]
fn a_code_that_is_none_of_ours_is_a_mistake_in_the_arguments() {
    let (code, out, err) = tenancy(&["explain", "T9999"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("`T9999` is none of our codes") && err.contains("T0001, T0002"), "{err}");
    let (code, _, err) = tenancy(&["explain", "e0277"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("`rustc --explain E0277`"), "{err}");
}

#[test]
fn a_folder_without_a_package_and_a_missing_cargo_are_failures() {
    let empty = std::env::temp_dir().join(format!("tenancy-explain-empty-{}", std::process::id()));
    fs::create_dir_all(&empty).unwrap();
    let run = |cargo: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenancy"));
        command.arg("explain").current_dir(&empty).env("CARGO", cargo);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, err) = run(env!("CARGO"));
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("Cargo.toml"), "{err}");
    let (code, err) = run("/no/such/cargo");
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("`cargo` cannot be run") && err.contains("fix: "), "{err}");
    fs::remove_dir_all(&empty).unwrap();
}
