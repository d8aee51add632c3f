//! Where grants are kept, and their uses recorded.

use std::error::Error;
use std::sync::Arc;

use super::SupportAccess;
use crate::TenantKey;

/// Keeps who was granted which tenant, and records each use where the tenant reads it.
///
/// `tenancy_operate::support::PgSupportStore` is one. An application implements it for another place, as in [the example](crate::support). Nothing checks what
/// it answers: like a [`Membership`](crate::Membership), it is what a security review reads first.
///
/// # Examples
///
/// ## What is none
///
/// ```compile_fail,E0277
/// fn takes(store: impl tenancy_core::support::SupportStore) {}
/// takes("grants.csv"); // error: `&str` does not keep grants of support
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not keep grants of support",
    label = "this type does not implement `SupportStore`",
    note = "use `tenancy_operate::support::PgSupportStore`, or implement `SupportStore` for it"
)]
pub trait SupportStore: Send + Sync {
    /// Why it did not answer, or could not record the use. It never admits.
    type Error: Error + Send + Sync + 'static;

    /// The grant of exactly this person for exactly this tenant that holds now, with its use recorded; `None` where there is none.
    ///
    /// It holds once it has begun, until it ends or is revoked, by one clock: the store's, and not that of each process. The use is
    /// recorded durably before this returns `Some`. Where several hold, it is the one that lasts longest.
    ///
    /// # Errors
    ///
    /// When it cannot be asked, or the use cannot be recorded.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway may have recorded a use that nobody made.
    fn use_grant(
        &self,
        person: &str,
        tenant: &TenantKey,
    ) -> impl Future<Output = Result<Option<SupportAccess>, Self::Error>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: SupportStore> SupportStore for Arc<S> {
    type Error = S::Error;

    fn use_grant(
        &self,
        person: &str,
        tenant: &TenantKey,
    ) -> impl Future<Output = Result<Option<SupportAccess>, Self::Error>> + Send {
        S::use_grant(self, person, tenant)
    }
}
