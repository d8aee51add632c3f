//! SARIF and JUnit, parsed back, and compared with their schemas.

use boon::{Compiler, SchemaIndex, Schemas};
use quick_junit::{Report, TestCaseStatus};
use serde_json::Value;

use crate::junit::{read, validated};
use crate::project::{Project, code};

/// A project with a place that is known, one that is new and one that is gone.
fn project() -> Project {
    let known = "fn known() { q.unfiltered(); }\n";
    let project = Project::of(&format!("{known}fn gone() {{ q.unfiltered(); }}\n"));
    project.run(&["--update"]);
    project.write(
        "src/lib.rs",
        &format!("{known}fn new() {{ tx.raw(\"a < b & \\\"c\\\"\", \"SELECT '<'\"); }}\n"),
    );
    project
}

/// The schema of OASIS, as the crate `serde-sarif` has it (0.8.0, MIT).
const SCHEMA: &str = include_str!("sarif-schema-2.1.0.json");

/// The schema, with the forms of texts, such as those of addresses.
fn schema() -> (Schemas, SchemaIndex) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    let schema = serde_json::from_str(SCHEMA).expect("JSON");
    compiler.add_resource("sarif-schema-2.1.0.json", schema).expect("a resource");
    let index = compiler.compile("sarif-schema-2.1.0.json", &mut schemas).expect("a schema");
    (schemas, index)
}

#[test]
fn sarif_is_as_its_schema_says() {
    let (schemas, index) = schema();
    let odd = Project::of("#[path = \"a b[1]%ü.rs\"]\nmod odd;\n");
    odd.write("src/a b[1]%ü.rs", "fn odd() { q.unfiltered(); }\n");
    for (project, results) in [(project(), 2), (odd, 1), (Project::of("fn nothing() {}\n"), 0)] {
        let log: Value = serde_json::from_slice(&project.run(&["--format", "sarif"]).stdout).expect("JSON");
        assert_eq!(log["runs"][0]["results"].as_array().expect("results").len(), results);
        if let Err(error) = schemas.validate(&log, index) {
            panic!("{error:#}\n{log:#}");
        }
    }
    // It finds what is wrong.
    let log: Value =
        serde_json::from_slice(&self::project().run(&["--format", "sarif"]).stdout).expect("JSON");
    for (pointer, wrong) in [
        ("/version", "2.2.0"),
        ("/$schema", "no address"),
        ("/runs/0/columnKind", "bytes"),
        ("/runs/0/results/0/level", "fatal"),
        ("/runs/0/results/0/message", "no object"),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "a b.rs"),
    ] {
        let mut spoiled = log.clone();
        *spoiled.pointer_mut(pointer).expect(pointer) = wrong.into();
        assert!(schemas.validate(&spoiled, index).is_err(), "{pointer} is not looked at");
    }
    let mut spoiled = log;
    spoiled["runs"][0]["more"] = 1.into();
    assert!(schemas.validate(&spoiled, index).is_err());
}

#[test]
fn sarif_has_what_is_read_of_it() {
    let output = project().run(&["--format", "sarif"]);
    assert_eq!(code(&output), 1);
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    // SARIF 2.1.0: 3.13 the log, 3.14 the run, 3.18 the tool, 3.19 the driver, 3.49 the rules, 3.27 the results.
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().expect("a schema").ends_with("sarif-schema-2.1.0.json"));
    let runs = log["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 1);
    let driver = &runs[0]["tool"]["driver"];
    assert_eq!(driver["name"], "tenancy check");
    let rules = driver["rules"].as_array().expect("rules");
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string(), "{rule}");
    }
    let results = runs[0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 2, "the known one is none: {results:#?}");
    for result in results {
        assert!(result["message"]["text"].is_string());
        assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().expect("a level")));
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let physical = &result["locations"][0]["physicalLocation"];
        let base = physical["artifactLocation"]["uriBaseId"].as_str().expect("a base");
        assert!(runs[0]["originalUriBaseIds"][base].is_object());
        assert!(physical["region"]["startLine"].as_u64().expect("a line") >= 1);
        assert_eq!(
            result["partialFingerprints"]["tenancyPlace/v1"].as_str().expect("a fingerprint").len(),
            16
        );
    }
    assert_eq!(results[0]["ruleId"], "raw-sql");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "src/lib.rs");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    assert_eq!(results[1]["ruleId"], "stale");
}

#[test]
fn a_fingerprint_stays_when_lines_move() {
    let print = |project: &Project| {
        let log: Value = serde_json::from_slice(&project.run(&["--format", "sarif"]).stdout).expect("JSON");
        log["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    let one = Project::of("fn work() { q.unfiltered(); }");
    let two = Project::of("\n\nfn more() {}\nfn work() {\n    q.unfiltered();\n}");
    assert_eq!(print(&one), print(&two));
    assert_ne!(print(&one), print(&Project::of("fn other() { q.unfiltered(); }")));
}

#[test]
fn junit_is_read_back_with_a_failure_for_each_new_place() {
    let output = project().run(&["--format", "junit"]);
    assert_eq!(code(&output), 1);
    let report = Report::deserialize(output.stdout.as_slice()).expect("JUnit's XML");
    let suite = &report.test_suites[0];
    assert_eq!((suite.tests, suite.failures, suite.errors), (3, 2, 0));
    let failures: Vec<(&str, String)> = suite
        .test_cases
        .iter()
        .filter_map(|case| match &case.status {
            TestCaseStatus::NonSuccess { ty, message, .. } => {
                Some((ty.as_ref()?.as_str(), message.as_ref()?.to_string()))
            }
            TestCaseStatus::Success { .. } | TestCaseStatus::Skipped { .. } => None,
        })
        .collect();
    assert_eq!(failures.iter().map(|(ty, _)| *ty).collect::<Vec<_>>(), ["raw-sql", "stale"]);
    assert!(failures[0].1.contains("Reason: a < b & \"c\""), "{failures:?}");
}

/// What `--format junit` prints.
fn junit(project: &Project) -> String {
    String::from_utf8(project.run(&["--format", "junit"]).stdout).expect("UTF-8")
}

#[test]
fn junit_is_as_its_schema_says() {
    let odd = Project::of("fn odd() { tx.raw(\"\u{7}]]> <!-- & 'ü' \", \"SELECT 1\"); }\n");
    for (project, cases) in [(project(), 3), (odd, 1), (Project::of("fn nothing() {}\n"), 0)] {
        let document = junit(&project);
        assert_eq!(read(&document, "count(//testcase)"), cases.to_string(), "{document}");
        validated(&document).unwrap_or_else(|wrong| panic!("{wrong}\n{document}"));
    }
    // It finds what is wrong.
    let document = junit(&project());
    for (present, spoiled) in [
        ("<testsuites ", "<testsuites skipped=\"0\" "),
        ("<testsuite name=\"tenancy check\"", "<testsuite"),
        (" classname=", " class="),
        ("<failure ", "<failure line=\"1\" "),
        ("<testcase name=", "<testcase nom="),
        ("</testsuites>", ""),
    ] {
        assert!(document.contains(present), "{present}: {document}");
        let wrong = validated(&document.replacen(present, spoiled, 1));
        assert!(wrong.is_err(), "{spoiled} is not looked at");
    }
}

/// Jenkins shows `classname`, `name` and the failure's `message` and text; GitLab the same, each `classname` and `name` once; the actions
/// for GitHub count by the suite's numbers.
#[test]
fn junit_has_what_is_read_of_it() {
    let document = junit(&project());
    for (expression, value) in [
        ("/testsuites/@name", "tenancy check"),
        ("/testsuites/@tests", "3"),
        ("/testsuites/@failures", "2"),
        ("/testsuites/@errors", "0"),
        ("count(/testsuites/testsuite)", "1"),
        ("//testsuite/@name", "tenancy check"),
        ("//testsuite/@tests", "3"),
        ("//testsuite/@failures", "2"),
        ("//testsuite/@errors", "0"),
        ("//testsuite/@skipped", "0"),
        ("count(//testsuite/testcase[@name != '' and @classname = 'src/lib.rs'])", "3"),
        ("count(//testcase/failure[@type != '' and @message != ''])", "2"),
        ("count(//testcase[not(failure)])", "1"),
        ("count(//error | //skipped)", "0"),
        ("substring-before(//failure[@type = 'raw-sql'], '\n')", "src/lib.rs:2:15"),
    ] {
        assert_eq!(read(&document, expression), value, "{expression}\n{document}");
    }
}

#[test]
fn no_two_cases_of_junit_have_one_name() {
    let place = "fn work() { q.unfiltered(); }\n";
    let project = Project::of(place);
    project.run(&["--update"]);
    project.write("src/lib.rs", "fn work() { q.unfiltered(); q.unfiltered(); }\n");
    let document = junit(&project);
    assert_eq!(read(&document, "count(//testcase)"), "2", "{document}");
    let [first, second] = [1, 2].map(|at| read(&document, &format!("//testcase[{at}]/@name")));
    assert_eq!(second, format!("{first} (2)"), "{document}");
    assert_eq!(read(&document, "count(//failure)"), "1", "{document}");
}
