//! Where a test ends the process, in debug builds.

/// Stops for ever at the place that `TENANCY_FAILPOINT` names (`name`, or `name:3` for the third time), after saying so on the standard error: a
/// test waits for the line and kills the process there.
#[cfg(debug_assertions)]
pub(crate) async fn reached(name: &str) {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicU32, Ordering};

    static TIMES: AtomicU32 = AtomicU32::new(0);
    let Ok(wanted) = std::env::var("TENANCY_FAILPOINT") else { return };
    let (wanted, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if wanted != name || TIMES.fetch_add(1, Ordering::Relaxed) + 1 != nth.parse().unwrap_or(1) {
        return;
    }
    // Nobody is there to be told of a closed stream.
    let _closed = writeln!(std::io::stderr(), "failpoint {name}");
    std::future::pending::<()>().await;
}

/// Nothing: only debug builds stop.
#[cfg(not(debug_assertions))]
#[allow(clippy::unused_async, reason = "a debug build waits")]
pub(crate) async fn reached(_name: &str) {}
