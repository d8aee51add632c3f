//! Each hole by itself.

use tenancy_test::Finding;

use crate::hole::Hole;
use crate::junit::{read, validated};
use crate::proof;
use crate::service::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f33_each_planted_hole_is_found_by_its_code_and_nothing_else_is() {
    // Beside each other: the most of it is waiting for limits.
    let runs = Hole::ALL.map(|(hole, kind, operations)| {
        let running = tokio::spawn(async move { proof(&Shop::new(Some(hole))).run().await });
        (hole, kind, operations, running)
    });
    let mut wrong = Vec::new();
    for (hole, kind, operations, running) in runs {
        let report = running.await.unwrap().unwrap();
        let is_found = report.findings.iter().any(|finding| finding.code == kind);
        let is_elsewhere =
            |finding: &Finding| !operations.is_empty() && !operations.contains(&finding.operation.as_str());
        if !is_found || report.findings.iter().any(is_elsewhere) {
            wrong.push(format!("{hole:?}: {} was to be found\n{report}", kind.code()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn f33_a_finding_says_what_was_sent_what_came_back_and_how_to_mend_it_and_shows_no_login() {
    let report = proof(&Shop::new(Some(Hole::PathId))).run().await.unwrap();
    let text = report.to_string();
    for words in [
        "P02: GET /agents/{id}: another tenant's row was read",
        "a foreign `id` in the path; acme against globex",
        "GET /agents/21, host acme.example.test, login of acme",
        "Zoe of Globex",
        "what exists nowhere is answered 404",
        "answer 404 when it is not there",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains("acme-token") && !report.to_json().to_string().contains("acme-token"));
    let json = report.to_json();
    assert_eq!(json["schema"], "tenancy-proof/1");
    assert_eq!(json["findings"][0]["code"], "P02");
    assert_eq!(json["findings"][0]["operation"], "GET /agents/{id}");
    let junit = report.to_junit();
    assert!(
        junit.contains("failures=\"1\"") && junit.contains("<failure message=\"P02: GET /agents/{id}"),
        "{junit}"
    );
    assert!(!junit.contains("another tenant's"), "{junit}");
    validated(&junit).unwrap_or_else(|wrong| panic!("{wrong}\n{junit}"));
    for (counted, count) in [("testcase", "tests"), ("testcase[failure]", "failures"), ("skipped", "skipped")]
    {
        let expression = format!("count(//{counted}) = /testsuite/@{count} and /testsuite/@tests > 0");
        assert_eq!(read(&junit, &expression), "true", "{expression}\n{junit}");
    }
}
