//! JUnit's XML, compared with its schema and read by libxml2's `xmllint`, which `cargo xtask test` installs.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What is wrong with the document by the schema of Jenkins' xUnit plugin (3.1.6, MIT, as the file itself says), which refuses a file
/// for it. JUnit has no schema of its own, and other readers take more.
pub(crate) fn validated(document: &str) -> Result<(), String> {
    let schema = schema();
    let output = xmllint(&["--schema", schema.to_str().expect("a path in UTF-8")], document);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Ok(()),
        // No XML, or not valid. Everything else is a failure of its own: a schema that is not there, a signal.
        Some(1 | 3) => Err(said),
        code => panic!("xmllint ended with {code:?}: {said}"),
    }
}

/// What an XPath expression gives of the document, as a text.
pub(crate) fn read(document: &str, expression: &str) -> String {
    let output = xmllint(&["--xpath", &format!("string({expression})")], document);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{expression}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8").trim_end_matches('\n').to_owned()
}

fn schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cargo-tenancy/tests/check/junit-10.xsd")
}

fn xmllint(arguments: &[&str], document: &str) -> Output {
    let started = Command::new("xmllint")
        .args(["--nonet", "--noout"])
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.unwrap_or_else(|error| {
        panic!("xmllint cannot be run ({error}): `cargo xtask test` installs it, from Debian's libxml2-utils")
    });
    // It answers when it has read everything, and ends early where there is nothing to read.
    let _ = child.stdin.take().expect("a pipe").write_all(document.as_bytes());
    child.wait_with_output().expect("its end")
}
