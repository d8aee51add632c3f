//! Each event once, and whose it is.

use std::error::Error;
use std::time::Duration;

use super::{Fresh, Webhook};

/// How long somebody who handles an event is waited for before another one does.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// Whether an event was handled before.
#[derive(Debug)]
#[must_use = "an event that was handled before is to be answered, and not handled again"]
pub enum Once {
    /// It was not.
    First(Webhook<Fresh>),
    /// It was: answer 200, so that the provider stops.
    Duplicate,
}

/// What an event is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EventKey {
    /// Whose it is: the owner of the secret that it was signed with.
    pub provider: String,
    /// Its id there.
    pub event: String,
}

/// What an [`EventLog`] says to somebody who wants to handle an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nobody has handled it, and nobody does: it is theirs for the time of the lease.
    First,
    /// It was handled.
    Done,
    /// Somebody else is at it.
    UnderWay,
}

/// Remembers which events were handled, in the database. `TableLog` does, with the feature `pool` and `postgres` or `sqlite`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not remember which webhooks were handled",
    label = "this type does not implement `EventLog`",
    note = "use `TableLog` (features `pool` and `postgres` or `sqlite`), or implement `EventLog` with an insert that a unique key makes fail the second time"
)]
pub trait EventLog: Send + Sync {
    /// Why it did not answer.
    type Error: Error + Send + Sync + 'static;

    /// Takes note of an event, and says whether it is to be handled. Of two at the same time, one is told [`Begun::First`].
    ///
    /// # Errors
    ///
    /// When that is not known. Nothing is handled then.
    fn begin(
        &self,
        event: &EventKey,
        lease: Duration,
    ) -> impl Future<Output = Result<Begun, Self::Error>> + Send;

    /// Marks an event as handled.
    ///
    /// # Errors
    ///
    /// When that was not possible.
    fn finish(&self, event: &EventKey) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Which tenant an account at a provider is mapped to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not map a provider's accounts to tenants",
    label = "this type does not implement `Accounts`",
    note = "implement `Accounts` for it: `tenant_of` reads the row that was written when the tenant connected the account"
)]
pub trait Accounts: Send + Sync {
    /// How tenants are identified.
    type TenantId: Send;
    /// Why it did not answer.
    type Error: Error + Send + Sync + 'static;

    /// The tenant of an account; `None` where no tenant has connected it.
    ///
    /// # Errors
    ///
    /// When that cannot be found out.
    fn tenant_of(
        &self,
        account: &str,
    ) -> impl Future<Output = Result<Option<Self::TenantId>, Self::Error>> + Send;
}
