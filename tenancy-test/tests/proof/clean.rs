//! The shop without a hole.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::proof;
use crate::service::Shop;

#[tokio::test]
async fn f33_the_clean_shop_has_no_findings_and_every_operation_is_covered() {
    let report = proof(&Shop::new(None)).run().await.unwrap();
    assert!(report.is_clean(), "{report}");
    let tried: Vec<&str> = report.operations.iter().map(|covered| covered.operation.as_str()).collect();
    assert_eq!(tried.len(), 16, "{tried:?}");
    let of = |name: &str| &report.operations.iter().find(|covered| covered.operation == name).unwrap().tried;
    for what in [
        "a foreign `agent_id` in the path",
        "a foreign `canvas_id` in the path",
        "a foreign `agent_id` in the path and `canvas_id` in the path",
        "a foreign `agent_id` in the path, right after its owner",
        "a request of its own, while another tenant's rows change",
        "the other's host",
        "the other's `tenant_id`, unasked, in the query",
    ] {
        assert!(
            of("GET /agents/{agent_id}/canvases/{canvas_id}").iter().any(|tried| tried == what),
            "{what}\n{report:#?}"
        );
    }
    assert!(
        of("POST /canvases/archive")
            .iter()
            .any(|tried| tried == "a foreign `canvas_ids` in the body, beside one's own")
    );
    for operation in ["GET /agents", "GET /agents/exists"] {
        let name = if operation == "GET /agents" { "q" } else { "name" };
        let position = format!("a text that another tenant wrote, as `{name}` in the query");
        assert!(of(operation).contains(&position), "{operation}");
    }
    assert!(of("GET /current").iter().any(|tried| tried == "a foreign `agent_id` in the cookies"));
    assert!(of("GET /current").iter().any(|tried| tried == "a foreign `X-Agent-Id` in the headers"));
    assert!(of("GET /agents/{id}").iter().any(|tried| tried == "a foreign `id` in the path, with its ETag"));
    assert!(of("DELETE /agents/{id}").iter().any(|tried| tried == "a request of its own"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f33_others_at_work_make_no_findings() {
    let shop = Shop::new(None);
    let stop = Arc::new(AtomicBool::new(false));
    let busy = {
        let (shop, stop) = (shop.clone(), stop.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                shop.bustle();
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
        })
    };
    // Two proofs of the same shop at once would change each other's rows; others do not.
    for _ in 0..3 {
        let report = proof(&shop).run().await.unwrap();
        assert!(report.is_clean(), "{report}");
    }
    stop.store(true, Ordering::Relaxed);
    busy.await.unwrap();
}
