//! JUnit's XML, which CI systems show as tests: each place is one, and what is new has failed.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::place::Status;
use super::report::Report;

/// The document.
pub(crate) fn document(report: &Report) -> Document {
    let mut suite = TestSuite::new("tenancy check");
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
        add(&mut suite, &place.file, format!("{} {}: {}", place.kind, place.item, place.excerpt), status);
    }
    for entry in &report.stale {
        let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
        failed.set_type("stale").set_message(entry.message());
        add(&mut suite, &entry.file, format!("{} {}: {}", entry.kind, entry.item, entry.excerpt), failed);
    }
    let mut document = Document::new("tenancy check");
    document.add_test_suite(suite);
    document
}

fn add(suite: &mut TestSuite, file: &str, name: String, status: TestCaseStatus) {
    let mut case = TestCase::new(name, status);
    case.set_classname(file);
    suite.add_test_case(case);
}
