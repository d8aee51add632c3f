//! Whose an event of a log is.
//!
//! An edge that has admitted somebody runs the rest of the request in a [`LogContext`]. Then each event in it has the tenant and
//! the principal, whoever wrote it, and so have the tasks that are [spawned](spawn) from there.
//!
//! ```
//! # #[cfg(not(feature = "testing"))] fn main() {}
//! # #[cfg(feature = "testing")] #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use tenancy_core::log_context::{self, LogContext};
//! use tenancy_core::testing;
//!
//! async fn handle() {
//!     tracing::info!("handling"); // … in the span tenant{tenant="acme" principal="testing"}
//!     let task = log_context::spawn(async {
//!         tracing::info!("in the background"); // the same
//!         LogContext::current().map(|context| context.tenant().to_owned())
//!     });
//!     assert_eq!(task.await.unwrap().as_deref(), Some("acme"));
//! }
//!
//! let scope = testing::scope("acme"); // from `Authority::admit`
//! LogContext::of(&scope).run(handle()).await;
//! assert!(LogContext::current().is_none());
//! # }
//! ```
//!
//! It is a span of `tracing` named `tenant`, with the fields `tenant` and `principal`. Formatters write the fields of an event's spans
//! beside it, and exporters send them, without a layer of ours. A layer of an application's that wants the two as texts, to count by tenant for
//! example, asks [`LogContext::current`] in its `on_event`.
//!
//! # Filters
//!
//! The span's level is `ERROR`, so that a filter by level alone (`info`) that lets an event pass lets the span pass.
//!
//! **A filter that names targets drops the span unless it names the span's too**, and events then have neither tenant nor principal: an
//! `EnvFilter` of `app=info`, and `Targets` likewise. Add the directive `tenancy::log=error` to it:
//!
//! ```
//! use tracing_subscriber::filter::Targets;
//!
//! // The same text for `EnvFilter`, and in `RUST_LOG`.
//! let filter: Targets = "app=info,tenancy::log=error".parse()?;
//! # use tenancy_core::log_context::LogContext;
//! # assert!(filter.would_enable(LogContext::TARGET, &tracing::Level::ERROR));
//! # assert!(!"app=info".parse::<Targets>()?.would_enable(LogContext::TARGET, &tracing::Level::ERROR));
//! # Ok::<(), tracing_subscriber::filter::ParseError>(())
//! ```
//!
//! # Tenancy
//!
//! It scopes nothing. It holds two texts and no [`Scoped`], and there is no way from one to the other: a statement takes its scope as an
//! argument.
//!
//! ```compile_fail,E0308
//! use tenancy_core::log_context::LogContext;
//! use tenancy_core::Scoped;
//!
//! fn invoices(scope: &Scoped<String>) {}
//!
//! invoices(&LogContext::current().unwrap());
//! ```

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tracing::{Instrument, Span};

use crate::Scoped;

tokio::task_local! {
    // `None` where it is known that there is no context, whoever polls.
    static CURRENT: Option<LogContext>;
}

/// A tenant and a principal, for logs. See [the module](crate::log_context).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogContext {
    tenant: Arc<str>,
    principal: Arc<str>,
}

impl LogContext {
    /// The `tracing` target of its span. A filter that names targets has to let it pass: see [the module](crate::log_context#filters).
    pub const TARGET: &'static str = "tenancy::log";

    /// That of a scope.
    pub fn of<I: Display, B>(scope: &Scoped<I, B>) -> Self {
        Self { tenant: scope.tenant().to_string().into(), principal: scope.admitted().principal().into() }
    }

    /// The one that this code runs in: the innermost.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Option::clone).ok().flatten()
    }

    /// The tenant, as it displays itself.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Who was admitted.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// Runs `future` in it.
    ///
    /// # Cancellation
    ///
    /// That of `future`.
    pub fn run<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        // The span is made here and not when it is polled: its parent is whoever calls this.
        let span = self.span();
        CURRENT.scope(Some(self), future.instrument(span))
    }

    /// Runs `work` in it, on this thread: in a `spawn_blocking`, or where nothing is asynchronous.
    pub fn run_blocking<T>(self, work: impl FnOnce() -> T) -> T {
        let span = self.span();
        CURRENT.sync_scope(Some(self), || span.in_scope(work))
    }

    fn span(&self) -> Span {
        // As string fields, which formatters escape.
        tracing::error_span!(
            target: LogContext::TARGET,
            "tenant",
            tenant = self.tenant(),
            principal = self.principal()
        )
    }

    /// One that says nothing, for what is nobody's.
    fn no_span() -> Span {
        tracing::error_span!(target: LogContext::TARGET, parent: None, "no tenant")
    }
}

/// `future` in the context, and in the span, of whoever calls this, wherever it is polled.
///
/// For what spawns by itself, as a `JoinSet` does. Made outside of any context, `future` has none, and its events no tenant, even where
/// somebody polls it within one.
///
/// # Cancellation
///
/// That of `future`.
pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let context = LogContext::current();
    let future = future.in_current_span();
    async move {
        let is_nobodys = context.is_none();
        let mut future = pin!(CURRENT.scope(context, future));
        poll_fn(|cx| {
            // A span without a parent is between this future's events and the span of whoever polls it.
            let apart = is_nobodys && LogContext::current().is_some();
            let span = if apart { LogContext::no_span() } else { Span::none() };
            span.in_scope(|| future.as_mut().poll(cx))
        })
        .await
    }
}

/// `tokio::spawn`, in the context of whoever calls this.
///
/// # Panics
///
/// Outside of a runtime of tokio's, as `tokio::spawn` does.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    tokio::spawn(carry(future))
}

#[cfg(test)]
mod tests;
