//! The same for Prometheus.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::rows::Stock;
use super::usage::{Activity, Usage};

/// The type of what [`metrics`] writes, for the header `Content-Type`.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How many tenants are told apart.
#[derive(Debug, Clone, Copy)]
pub struct MetricsOptions {
    top: usize,
}

impl Default for MetricsOptions {
    fn default() -> Self {
        Self { top: 20 }
    }
}

impl MetricsOptions {
    /// The twenty that use most.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// So many of those that use most are told apart, and the rest is one: each is a few time series, and a thousand are the most.
    #[must_use]
    pub fn top(self, tenants: usize) -> Self {
        Self { top: tenants.min(1000) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Whose {
    kind: Kind,
    tenant: String,
}

/// So that no tenant's id is taken for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[allow(non_camel_case_types, reason = "they are written as they are called")]
enum Kind {
    tenant,
    other,
    unlabelled,
}

impl Whose {
    fn tenant(tenant: &str) -> Self {
        Self { kind: Kind::tenant, tenant: tenant.to_owned() }
    }

    const fn nobody(kind: Kind) -> Self {
        Self { kind, tenant: String::new() }
    }
}

type Float = Gauge<f64, AtomicU64>;

/// A number of a usage, with its name and what it means.
type Number = (&'static str, &'static str, fn(&Usage) -> f64);

const NUMBERS: [Number; 7] = [
    ("tenancy_connections", "The most connections at a time, in the window", |usage| {
        f64::from(usage.connections)
    }),
    ("tenancy_active_sessions", "Sessions that ran a statement, on average", |usage| usage.active_sessions),
    (
        "tenancy_idle_in_transaction",
        "The most sessions at a time that were in a transaction and ran nothing",
        |usage| f64::from(usage.idle_in_transaction),
    ),
    ("tenancy_statements", "Statements that were seen in the window", |usage| count(usage.statements)),
    ("tenancy_active_seconds", "Time in statements, in the window", |usage| usage.active_seconds),
    ("tenancy_waiting_seconds", "The part of it in which they waited", |usage| usage.waiting_seconds),
    ("tenancy_longest_statement_seconds", "The longest that a statement had been running for", |usage| {
        usage.longest_statement_seconds
    }),
];

/// What was seen, as Prometheus reads it: OpenMetrics, of the type [`CONTENT_TYPE`].
///
/// Each number has the labels `kind` and `tenant`: a tenant's, `other` for all that are not among those that use most, and `unlabelled` for sessions that say no tenant. They are
/// of the last window, which is one of the numbers.
///
/// # Examples
///
/// ## A service that serves it itself
///
/// ```no_run
/// use tenancy_operate::activity::{ActivityOptions, MetricsOptions, metrics, sample};
/// use tenancy_operate::tenants::{OperateError, Session};
///
/// async fn scrape(session: &Session) -> Result<String, OperateError> {
///     let activity = sample(session, &ActivityOptions::new()).await?;
///     Ok(metrics(&activity, None, &MetricsOptions::new()))
/// }
/// ```
#[must_use]
pub fn metrics(activity: &Activity, stock: Option<&Stock>, options: &MetricsOptions) -> String {
    let mut registry = Registry::default();
    let window = Float::default();
    window.set(activity.window_seconds);
    registry.register("tenancy_window_seconds", "For how long the sessions were looked at", window);
    for (name, help, number) in NUMBERS {
        let family = Family::<Whose, Float>::default();
        let (told, rest) = activity.tenants.split_at(activity.tenants.len().min(options.top));
        for tenant in told {
            family.get_or_create(&Whose::tenant(&tenant.tenant)).set(number(&tenant.usage));
        }
        let others = rest.iter().map(|tenant| number(&tenant.usage));
        // The longest of several is one of them, and everything else adds up.
        let other = if name.contains("longest") { others.fold(0.0, f64::max) } else { others.sum() };
        family.get_or_create(&Whose::nobody(Kind::other)).set(other);
        family.get_or_create(&Whose::nobody(Kind::unlabelled)).set(number(&activity.unlabelled));
        registry.register(name, help, family);
    }
    let noisy = Family::<Whose, Float>::default();
    if let Some(neighbour) = &activity.noisy_neighbour {
        noisy.get_or_create(&Whose::tenant(&neighbour.tenant)).set(neighbour.share);
    }
    registry.register(
        "tenancy_noisy_neighbour_share",
        "The part of the time in statements of a tenant that takes the others'",
        noisy,
    );
    if let Some(stock) = stock {
        let [rows, bytes] = [Family::<Whose, Float>::default(), Family::<Whose, Float>::default()];
        let (told, rest) = stock.tenants.split_at(stock.tenants.len().min(options.top));
        for tenant in told {
            rows.get_or_create(&Whose::tenant(&tenant.tenant)).set(count(tenant.rows));
            bytes.get_or_create(&Whose::tenant(&tenant.tenant)).set(count(tenant.bytes));
        }
        rows.get_or_create(&Whose::nobody(Kind::other))
            .set(rest.iter().map(|tenant| count(tenant.rows)).sum());
        bytes
            .get_or_create(&Whose::nobody(Kind::other))
            .set(rest.iter().map(|tenant| count(tenant.bytes)).sum());
        registry.register("tenancy_rows", "Rows in the declared tables", rows);
        registry.register(
            "tenancy_bytes",
            "The part of the declared tables, of shared ones an estimate",
            bytes,
        );
    }
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = encode(&mut text, &registry);
    text
}

#[allow(clippy::cast_precision_loss, reason = "a metric is a float")]
fn count(number: u64) -> f64 {
    number as f64
}
