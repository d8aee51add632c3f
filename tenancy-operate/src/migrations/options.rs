//! How migrations run, and what is told meanwhile.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tenancy_core::TenantKey;

use super::error::MigrationError;
use super::target::Target;

type Tell = dyn Fn(&Event<'_>) + Send + Sync;

/// How migrations run.
#[derive(Clone)]
#[must_use]
pub struct Options {
    pub(super) jobs: usize,
    pub(super) jobs_a_server: usize,
    pub(super) lock_timeout: Duration,
    pub(super) statement_timeout: Option<Duration>,
    pub(super) attempts: u32,
    pub(super) patience: Duration,
    pub(super) first_pause: Duration,
    pub(super) canaries: Vec<TenantKey>,
    pub(super) first: usize,
    pub(super) only_canaries: bool,
    pub(super) only: Option<BTreeSet<String>>,
    pub(super) more: Vec<Target>,
    pub(super) create_schemas: bool,
    pub(super) failures: usize,
    pub(super) accepted: BTreeSet<String>,
    tell: Arc<Tell>,
}

/// What happens.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// This many targets are looked at.
    Targets {
        /// How many.
        count: usize,
    },
    /// The canaries are done, and the others begin.
    Canaries {
        /// How many there were.
        count: usize,
    },
    /// A migration is tried again after a pause.
    Waiting {
        /// Where.
        target: &'a Target,
        /// Which.
        migration: &'a str,
        /// How often it was tried.
        attempts: u32,
        /// What was in the way.
        error: &'a MigrationError,
        /// How long it waits.
        pause: Duration,
    },
    /// A migration is applied.
    Applied {
        /// Where.
        target: &'a Target,
        /// Which.
        migration: &'a str,
    },
    /// A target has ended, well or not.
    Ended {
        /// Where.
        target: &'a Target,
        /// Why not well.
        error: Option<&'a MigrationError>,
    },
}

impl Options {
    /// Four targets at a time, of which a failure stops the others; two seconds for each lock, ten times.
    pub fn new() -> Self {
        Self {
            jobs: 4,
            jobs_a_server: usize::MAX,
            lock_timeout: Duration::from_secs(2),
            statement_timeout: None,
            attempts: 10,
            patience: Duration::from_secs(10),
            first_pause: Duration::from_millis(500),
            canaries: Vec::new(),
            first: 0,
            only_canaries: false,
            only: None,
            more: Vec::new(),
            create_schemas: false,
            failures: 1,
            accepted: BTreeSet::new(),
            tell: Arc::new(|_| ()),
        }
    }

    /// How many targets are worked on at the same time, each over one connection.
    pub fn jobs(self, jobs: usize) -> Self {
        Self { jobs: jobs.max(1), ..self }
    }

    /// How many of them on one server, by its address's host and port.
    pub fn jobs_a_server(self, jobs: usize) -> Self {
        Self { jobs_a_server: jobs.max(1), ..self }
    }

    /// How long a statement may wait for a lock, while others wait behind it.
    pub fn lock_timeout(self, limit: Duration) -> Self {
        Self { lock_timeout: limit, ..self }
    }

    /// How long a statement may take.
    pub fn statement_timeout(self, limit: Duration) -> Self {
        Self { statement_timeout: Some(limit), ..self }
    }

    /// How often a migration is tried that gets no lock, or whose connection is lost.
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }
    }

    /// How long another session's work on the same target is waited for: ten seconds, in which a server sees that a killed process is gone.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// How long the first pause between attempts is. Each is twice as long as the one before, up to half a minute.
    pub fn first_pause(self, pause: Duration) -> Self {
        Self { first_pause: pause, ..self }
    }

    /// Whose targets come first. Nothing else is begun before they have ended well.
    pub fn canaries(self, tenants: impl IntoIterator<Item = TenantKey>) -> Self {
        Self { canaries: tenants.into_iter().collect(), ..self }
    }

    /// How many targets come first, beside those of the named canaries.
    pub fn first(self, count: usize) -> Self {
        Self { first: count, ..self }
    }

    /// Ends when the canaries are done.
    pub fn only_canaries(self) -> Self {
        Self { only_canaries: true, ..self }
    }

    /// Only the targets in which these tenants live.
    pub fn only(self, tenants: impl IntoIterator<Item = TenantKey>) -> Self {
        Self { only: Some(tenants.into_iter().map(|tenant| tenant.as_str().to_owned()).collect()), ..self }
    }

    /// Schemas that the catalog does not have yet: those of tenants that are to come.
    pub fn more(self, targets: impl IntoIterator<Item = Target>) -> Self {
        Self { more: targets.into_iter().collect(), ..self }
    }

    /// Creates a schema that is not there.
    pub fn create_schemas(self) -> Self {
        Self { create_schemas: true, ..self }
    }

    /// Goes on at a failure, until this many targets have failed. A canary's failure stops the others all the same.
    pub fn go_on(self, failures: usize) -> Self {
        Self { failures: failures.max(1), ..self }
    }

    /// Versions whose text may be another one than was applied elsewhere.
    pub fn accept_changed(self, versions: impl IntoIterator<Item = String>) -> Self {
        Self { accepted: versions.into_iter().collect(), ..self }
    }

    /// Whom to tell what happens.
    pub fn telling(self, tell: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        Self { tell: Arc::new(tell), ..self }
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        (self.tell)(event);
    }

    /// The pause after this many attempts.
    pub(super) fn pause(&self, attempts: u32) -> Duration {
        const LONGEST: Duration = Duration::from_secs(30);
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        self.first_pause.checked_mul(doubled).map_or(LONGEST, |pause| pause.min(LONGEST))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("jobs", &self.jobs)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        let options = Options::new();
        assert_eq!(options.pause(1), Duration::from_millis(500));
        assert_eq!(options.pause(3), Duration::from_secs(2));
        assert_eq!(options.pause(40), Duration::from_secs(30));
    }
}
