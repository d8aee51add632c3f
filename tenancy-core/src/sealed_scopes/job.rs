//! A job, in the envelope of its tenant.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

/// A job of one tenant's, on its way through a queue: what to do, and the proof in whose name.
///
/// A worker gets at the payload with its [`Scoped`](crate::Scoped) and in no other way, by
/// [`SealingAuthority::open_job`](super::SealingAuthority::open_job). The payload is inside the seal: it cannot be read in the queue, nor be put
/// into another tenant's envelope. For serde it is one text. A queue that hands a job out twice has it opened twice.
///
/// **One purpose for each type of payload.** `T` is what a program says, and is not sealed: what was sealed as a `TenantJob<Show>` is opened as a
/// `TenantJob<Delete>` under the same [`Purpose`](super::Purpose), when its JSON is read as one. A type that changes later is read as serde reads it.
///
/// The payload is JSON: NaN and the infinities are written as `null`; other floats come back bit by bit.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use serde::{Deserialize, Serialize};
/// use tenancy_core::sealed_scopes::{OpenError, Purpose, SealError, SealingAuthority, TenantJob};
/// use tenancy_core::{Membership, Scoped, TenantId};
///
/// const REPORTS: Purpose = Purpose::new("reports");
///
/// #[derive(Serialize, Deserialize)]
/// struct Report { month: String }
///
/// fn enqueue<M: Membership<TenantId = TenantId>>(
///     authority: &SealingAuthority<M>,
///     scope: &Scoped<TenantId>,
/// ) -> Result<String, SealError> {
///     let report = Report { month: "2026-11".to_owned() };
///     let job = authority.seal_job(scope, REPORTS, Duration::from_secs(24 * 3600), &report)?;
///     Ok(job.as_str().to_owned()) // or `serde_json::to_string(&job)`
/// }
///
/// async fn work<M: Membership<TenantId = TenantId, Principal = str>>(
///     authority: &SealingAuthority<M>,
///     message: String,
/// ) -> Result<(), OpenError<M::Error>> {
///     let job: TenantJob<Report> = message.into();
///     let (scope, report) = authority.open_job(&job, REPORTS).await?;
///     println!("{} for {}", report.month, scope.tenant());
///     Ok(())
/// }
/// ```
///
/// Nothing of it is reached without an authority:
///
/// ```compile_fail,E0616
/// # use tenancy_core::sealed_scopes::TenantJob;
/// fn peek(job: TenantJob<String>) -> String {
///     job.payload
/// }
/// ```
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct TenantJob<T> {
    sealed: String,
    // A job has no `T` in it before it is opened.
    #[serde(skip)]
    payload: PhantomData<fn() -> T>,
}

impl<T> TenantJob<T> {
    pub(super) const fn sealed(sealed: String) -> Self {
        Self { sealed, payload: PhantomData }
    }

    /// The text. It is a secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.sealed
    }
}

/// What a queue says is a job. It proves nothing before it is opened.
impl<T> From<String> for TenantJob<T> {
    fn from(text: String) -> Self {
        Self::sealed(text)
    }
}

impl<T> Clone for TenantJob<T> {
    fn clone(&self) -> Self {
        Self::sealed(self.sealed.clone())
    }
}

impl<T> fmt::Debug for TenantJob<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TenantJob").finish_non_exhaustive()
    }
}
