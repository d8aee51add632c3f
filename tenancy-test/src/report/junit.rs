//! JUnit's XML, in the form that CI systems agree on: `testsuite`, `testcase`, `failure`, `skipped`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Report;

pub(super) fn write(report: &Report) -> String {
    let operations: BTreeSet<&str> = (report.operations.iter().map(|one| one.operation.as_str()))
        .chain(report.findings.iter().map(|one| one.operation.as_str()))
        .chain(report.not_covered.iter().map(|one| one.operation.as_str()))
        .collect();
    let mut cases = String::new();
    let (mut failures, mut skipped) = (0, 0);
    for operation in &operations {
        let found: Vec<String> = report
            .findings
            .iter()
            .filter(|finding| finding.operation == *operation)
            .map(ToString::to_string)
            .chain(
                (report.not_covered.iter())
                    .filter(|gap| gap.operation == *operation && gap.allowed.is_none())
                    .map(|gap| format!("not covered: {}: {}", gap.what, gap.reason)),
            )
            .collect();
        let left_out = report
            .not_covered
            .iter()
            .find(|gap| gap.operation == *operation)
            .and_then(|gap| gap.allowed.as_ref());
        let name = escaped(operation);
        // Writing into a text does not fail.
        let _ = match (found.first(), left_out) {
            (Some(first), _) => {
                failures += 1;
                let line = escaped(first.lines().next().unwrap_or_default());
                let text = escaped(&found.join("\n"));
                writeln!(
                    cases,
                    "  <testcase classname=\"two-tenant proof\" name=\"{name}\"><failure message=\"{line}\">{text}</failure></testcase>"
                )
            }
            (None, Some(reason)) => {
                skipped += 1;
                let reason = escaped(reason);
                writeln!(
                    cases,
                    "  <testcase classname=\"two-tenant proof\" name=\"{name}\"><skipped message=\"{reason}\"/></testcase>"
                )
            }
            (None, None) => writeln!(cases, "  <testcase classname=\"two-tenant proof\" name=\"{name}\"/>"),
        };
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"two-tenant proof\" tests=\"{}\" failures=\"{failures}\" \
         skipped=\"{skipped}\" errors=\"0\">\n{cases}</testsuite>\n",
        operations.len()
    )
}

/// What may stand in XML: its five characters by name, and no control characters, which no escape helps.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}')
            }
            other => escaped.push(other),
        }
    }
    escaped
}
