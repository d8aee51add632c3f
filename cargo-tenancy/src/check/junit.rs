//! JUnit's XML, which CI systems show as tests: each place is one, and what is new has failed.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::place::Status;
use super::report::Report;

/// The document.
pub(crate) fn document(report: &Report) -> Result<String, SerializeError> {
    let mut suite = Suite { suite: TestSuite::new("tenancy check"), names: BTreeMap::new() };
    for place in &report.places {
        let status = match place.status {
            Status::Known => TestCaseStatus::success(),
            Status::New => {
                let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
                failed.set_type(place.kind.name()).set_message(place.message()).set_description(format!(
                    "{}:{}:{}\n{}\n{}",
                    place.file,
                    place.line,
                    place.column,
                    place.message(),
                    place.kind.look()
                ));
                failed
            }
        };
        suite.add(&place.file, format!("{} {}: {}", place.kind, place.item, place.excerpt), status);
    }
    for entry in &report.stale {
        let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
        failed.set_type("stale").set_message(entry.message());
        suite.add(&entry.file, format!("{} {}: {}", entry.kind, entry.item, entry.excerpt), failed);
    }
    let mut document = Document::new("tenancy check");
    document.add_test_suite(suite.suite);
    // The first is the root's, where Jenkins' xUnit plugin refuses a file that has it. Nothing is skipped here.
    Ok(document.to_string()?.replacen(" skipped=\"0\"", "", 1))
}

/// The suite, with how often each name came.
struct Suite<'a> {
    suite: TestSuite,
    names: BTreeMap<(&'a str, String), usize>,
}

impl<'a> Suite<'a> {
    /// Of two cases with one name GitLab shows the first, be it the second that failed: so the second is told apart, by no line, which
    /// would make another test of it whenever something is written above.
    fn add(&mut self, file: &'a str, name: String, status: TestCaseStatus) {
        let times = self.names.entry((file, name.clone())).or_default();
        *times += 1;
        let name = if *times == 1 { name } else { format!("{name} ({times})") };
        let mut case = TestCase::new(name, status);
        case.set_classname(file);
        self.suite.add_test_case(case);
    }
}
