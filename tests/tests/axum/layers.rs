//! Limits, metrics and the context of logs, on any service. F10, F29, F30.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use axum::routing::get as route;
use http_body_util::{BodyExt as _, Full};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{Edge, LimitLayer, Member, MetricsLayer, Problem, Refused};
use tenancy_core::log_context::LogContext;
use tenancy_diesel::{Authority, Scoped};
use tenancy_policies::{Allowance, Period, Quota, Rate, RateLimit, Store};
use tokio::sync::{Notify, Semaphore};

use super::app::{Members, Names, bearer, edge};
use super::http::{Answer, client, get, serve};

async fn ask(address: std::net::SocketAddr, path: &str) -> Answer {
    get(address, path, &[("authorization", &bearer("sam"))]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn f29_a_tenant_that_has_its_share_waits_and_the_other_does_not() {
    let permits: Arc<Mutex<BTreeMap<i32, Arc<Semaphore>>>> = Arc::default();
    let limit = LimitLayer::new(move |scope: Scoped<i32>| {
        let mut permits = permits.lock().unwrap();
        let permits =
            Arc::clone(permits.entry(*scope.tenant()).or_insert_with(|| Arc::new(Semaphore::new(1))));
        async move {
            permits.try_acquire_owned().map_err(|_| Refused { retry_after: Duration::from_millis(1200) })
        }
    });
    let release = Arc::new(Notify::new());
    let streamed = {
        let release = Arc::clone(&release);
        // The head is sent at once, the body's end when it is released.
        async move || {
            let end = futures_util::stream::once(async move {
                release.notified().await;
                Ok::<_, std::io::Error>("end")
            });
            Response::new(Body::from_stream(end))
        }
    };
    let edge = edge(&Members::new()).resolver(TenantPath::parameter("tenant", Directory::ids()));
    let app = Router::new()
        .route("/{tenant}/stream", route(streamed))
        .route("/{tenant}/quick", route(async || "quick"));
    let address = serve(app.layer(limit).layer(edge.layer())).await;
    let request = Request::get(format!("http://{address}/1/stream")).header("authorization", bearer("sam"));
    let under_way =
        client().request(request.body(Full::default()).unwrap()).await.expect("its head is there");
    let refused = ask(address, "/1/quick").await;
    assert_eq!(refused.status, 429, "it is held while the body is sent");
    assert_eq!(
        (refused.header("retry-after").as_str(), refused.header("content-type").as_str()),
        ("2", "application/problem+json")
    );
    assert_eq!(ask(address, "/2/quick").await.body, "quick", "the other tenant");
    release.notify_one();
    assert_eq!(under_way.into_body().collect().await.unwrap().to_bytes(), "end");
    assert_eq!(ask(address, "/1/quick").await.body, "quick");
}

/// A rate for everybody, and a quota by what the membership has learnt: here whose tenant it is.
#[tokio::test]
async fn f14_f15_f29_a_policys_refusal_is_the_answer() {
    let store = Store::in_process("axum_layers");
    let calls = RateLimit::fixed(&store, "calls", Rate::per_hour(60).burst(3));
    let limit = LimitLayer::new(move |scope: Scoped<i32>| calls.check(&scope));
    let exports = Quota::new(&store, "exports", Period::Forever, |who: &String| match who.as_str() {
        "sam of 1" => Allowance::AtMost(1),
        _ => Allowance::NotInPlan,
    });
    let export = async move |Member(member): Member<String, i32>| -> Result<&'static str, Problem> {
        Ok(exports.spend(&member, 1, async { Ok::<_, Problem>("exported") }).await?)
    };
    let edge = Edge::with_details(Authority::new(Members::new()), Names)
        .resolver(TenantPath::parameter("tenant", Directory::ids()));
    let app = Router::new().route("/{tenant}/export", route(export));
    let address = serve(app.layer(limit).layer(edge.layer())).await;

    let answers = [(); 4].map(|()| "/1/export");
    let mut statuses = Vec::new();
    for path in answers {
        let answer = ask(address, path).await;
        statuses.push((answer.status.as_u16(), answer.header("retry-after")));
    }
    let none = String::new();
    // Exported, the quota used up for good, and again, and then too fast: 429 says when only where waiting helps.
    assert_eq!(
        statuses,
        [(200, none.clone()), (429, none.clone()), (429, none.clone()), (429, "60".to_owned())]
    );
    let answer = ask(address, "/2/export").await;
    assert_eq!(answer.status, 403, "the other tenant has a rate of its own, and no exports in its plan");
    assert!(!answer.body.contains("sam"), "{}", answer.body);
}

/// Sums what is counted, by its labels.
#[derive(Clone, Default)]
struct Sums(Arc<Mutex<BTreeMap<String, f64>>>);

struct Sum(String, Sums);

impl Sum {
    fn add(&self, value: f64) {
        *self.1.0.lock().unwrap().entry(self.0.clone()).or_default() += value;
    }
}

impl CounterFn for Sum {
    fn increment(&self, value: u64) {
        self.add(value as f64);
    }
    fn absolute(&self, _: u64) {}
}

impl GaugeFn for Sum {
    fn increment(&self, value: f64) {
        self.add(value);
    }
    fn decrement(&self, value: f64) {
        self.add(-value);
    }
    fn set(&self, _: f64) {}
}

impl metrics::HistogramFn for Sum {
    fn record(&self, _: f64) {
        self.add(1.0);
    }
}

impl Sums {
    fn sum(&self, key: &Key) -> Arc<Sum> {
        let labels: Vec<String> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Sum(format!("{}{{{}}}", key.name(), labels.join(",")), self.clone()))
    }
}

impl Recorder for Sums {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.sum(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.sum(key))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.sum(key))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f30_requests_are_counted_by_tenant_and_series_are_bounded() {
    let sums = Sums::default();
    // The one of the process, which no other test of this binary installs.
    metrics::set_global_recorder(sums.clone()).expect("the only one");
    let edge = edge(&Members::new()).resolver(TenantPath::parameter("tenant", Directory::ids()));
    let app = Router::new().route("/{tenant}/quick", route(async || "quick"));
    let address = serve(app.layer(MetricsLayer::<i32>::new(1)).layer(edge.layer())).await;
    for path in ["/1/quick", "/1/quick", "/2/quick", "/77/quick", "/1/nothing"] {
        ask(address, path).await;
    }
    let sums = sums.0.lock().unwrap().clone();
    let expected = [
        ("tenancy_request_duration_seconds{tenant=1}", 2.0),
        ("tenancy_request_duration_seconds{tenant=others}", 1.0),
        ("tenancy_requests_in_flight{tenant=1}", 0.0),
        ("tenancy_requests_in_flight{tenant=others}", 0.0),
        ("tenancy_requests_total{tenant=1,status=2xx}", 2.0),
        ("tenancy_requests_total{tenant=others,status=2xx}", 1.0),
    ];
    assert_eq!(sums, expected.map(|(name, sum)| (name.to_owned(), sum)).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn f10_each_request_runs_in_its_tenants_context_for_logs() {
    async fn context() -> String {
        tokio::task::yield_now().await;
        let context = tenancy_core::log_context::spawn(async { LogContext::current() }).await.unwrap();
        context.map(|context| format!("{} {}", context.tenant(), context.principal())).unwrap_or_default()
    }
    let edge = edge(&Members::new()).resolver(TenantPath::parameter("tenant", Directory::ids()));
    let app = Router::new().route("/{tenant}", route(context)).layer(edge.layer()).route("/", route(context));
    let address = serve(app).await;
    assert_eq!(ask(address, "/1").await.body, "1 sam");
    assert_eq!(ask(address, "/2").await.body, "2 sam");
    assert_eq!(ask(address, "/").await.body, "");
}
