//! Why an authority refused.

use crate::EmptyReason;

/// Why [`Authority::admit`](crate::Authority::admit) admitted nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdmitError<E> {
    /// The principal does not belong to the tenant, or there is no such tenant: which of the two is not said.
    #[error("no such tenant for this principal")]
    Denied,
    /// The membership could not answer.
    #[error("the membership of this principal could not be checked")]
    Membership(#[source] E),
}

/// Why [`Authority::cross_tenant`](crate::Authority::cross_tenant) allowed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrossTenantError<E> {
    /// The reason given is blank.
    #[error(transparent)]
    EmptyReason(#[from] EmptyReason),
    /// The principal may not span tenants.
    #[error("this principal may not span tenants")]
    Denied,
    /// The membership could not answer.
    #[error("whether this principal may span tenants could not be checked")]
    Membership(#[source] E),
}
