//! Counters and times by tenant, for whichever recorder of the crate `metrics` there is.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::http::{Request, Response};
use futures_util::future::BoxFuture;
use metrics::SharedString;
use tenancy_core::{Scoped, TenantId};
use tower_layer::Layer;
use tower_service::Service;

/// What tenants are called that have no series of their own.
const OTHERS: &str = "others";

/// Counts the requests of each tenant, and measures how long they take until their answers begin.
///
/// | metric | kind | labels |
/// |---|---|---|
/// | `tenancy_requests_total` | counter | `tenant`, `status` (`2xx` and its like) |
/// | `tenancy_request_duration_seconds` | histogram | `tenant` |
/// | `tenancy_requests_in_flight` | gauge | `tenant` |
///
/// A series is kept for ever by whatever stores it, and tenants come without end. So the first `most` tenants of the process have a series each, and all others
/// share one, `tenant="others"`.
///
/// It stands behind the edge, so it is added before it: what the edge refuses has no tenant, and is not counted.
///
/// # Examples
///
/// ```
/// use tenancy_axum::MetricsLayer;
/// use tenancy_core::TenantId;
///
/// let layer = MetricsLayer::<TenantId>::new(200);
/// ```
#[must_use = "a layer does nothing until a service has it"]
pub struct MetricsLayer<I = TenantId> {
    labels: Arc<Labels>,
    id: PhantomData<fn() -> I>,
}

/// The labels that tenants have.
struct Labels {
    most: usize,
    given: RwLock<HashMap<String, SharedString>>,
}

impl<I> MetricsLayer<I> {
    /// Has a series for each of the first `most` tenants.
    pub fn new(most: usize) -> Self {
        Self { labels: Arc::new(Labels { most, given: RwLock::default() }), id: PhantomData }
    }
}

impl Labels {
    fn of(&self, tenant: &impl Display) -> SharedString {
        let tenant = tenant.to_string();
        let known = |given: &HashMap<String, SharedString>| given.get(&tenant).cloned();
        let given = self.given.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(label) = known(&given) {
            return label;
        }
        if given.len() >= self.most {
            return OTHERS.into();
        }
        drop(given);
        let mut given = self.given.write().unwrap_or_else(PoisonError::into_inner);
        match known(&given) {
            Some(label) => label,
            None if given.len() >= self.most => OTHERS.into(),
            None => {
                let label = SharedString::from_shared(tenant.as_str().into());
                given.insert(tenant, label.clone());
                label
            }
        }
    }
}

impl<S, I> Layer<S> for MetricsLayer<I> {
    type Service = MetricsService<S, I>;

    fn layer(&self, service: S) -> MetricsService<S, I> {
        MetricsService { service, labels: Arc::clone(&self.labels), id: PhantomData }
    }
}

/// A service behind a [`MetricsLayer`].
pub struct MetricsService<S, I = TenantId> {
    service: S,
    labels: Arc<Labels>,
    id: PhantomData<fn() -> I>,
}

/// One request less, however it ends.
struct InFlight(metrics::Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl<S, B, R, I> Service<Request<B>> for MetricsService<S, I>
where
    S: Service<Request<B>, Response = Response<R>, Future: Send + 'static> + 'static,
    B: 'static,
    R: 'static,
    I: Display + Send + Sync + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<R>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let tenant = request.extensions().get::<Scoped<I>>().map(|scope| self.labels.of(scope.tenant()));
        let answered = self.service.call(request);
        let Some(tenant) = tenant else { return Box::pin(answered) };
        let in_flight = metrics::gauge!("tenancy_requests_in_flight", "tenant" => tenant.clone());
        in_flight.increment(1.0);
        let in_flight = InFlight(in_flight);
        Box::pin(async move {
            let _in_flight = in_flight;
            let started = Instant::now();
            let response = answered.await?;
            let status = class(response.status().as_u16());
            metrics::counter!("tenancy_requests_total", "tenant" => tenant.clone(), "status" => status)
                .increment(1);
            metrics::histogram!("tenancy_request_duration_seconds", "tenant" => tenant)
                .record(started.elapsed().as_secs_f64());
            Ok(response)
        })
    }
}

const fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

// By hand: deriving would ask `I: Clone`.
impl<I> Clone for MetricsLayer<I> {
    fn clone(&self) -> Self {
        Self { labels: Arc::clone(&self.labels), id: PhantomData }
    }
}

impl<S: Clone, I> Clone for MetricsService<S, I> {
    fn clone(&self) -> Self {
        Self { service: self.service.clone(), labels: Arc::clone(&self.labels), id: PhantomData }
    }
}

impl<I> fmt::Debug for MetricsLayer<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsLayer").field("most", &self.labels.most).finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, I> fmt::Debug for MetricsService<S, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsService").field("service", &self.service).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_beyond_the_most_share_a_label() {
        let labels = Labels { most: 2, given: RwLock::default() };
        let of: Vec<String> =
            ["a", "b", "c", "a", "d"].iter().map(|tenant| labels.of(tenant).to_string()).collect();
        assert_eq!(of, ["a", "b", "others", "a", "others"]);
    }
}
