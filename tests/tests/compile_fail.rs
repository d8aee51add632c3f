//! What must not compile, and what the compiler says of it: a folder for each code, a folder for each mistake in it,
//! with `fail.rs`, its snapshot, and `pass.rs`, which differs only by the fix and compiles (`twins.rs`).
#![allow(clippy::unwrap_used)]

#[test]
fn nothing_unscoped_compiles() {
    let project = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .join("tests/trybuild/tenancy-tests/tests");
    let _ = std::fs::remove_dir_all(&project);
    copy(std::path::Path::new("tests/compile_fail"), &project.join("compile_fail"));
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*/*/fail.rs");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else if !["fail.rs", "pass.rs", "fail.stderr"].iter().any(|n| entry.file_name() == **n) {
            std::fs::create_dir_all(to).unwrap();
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
