//! Why an authority refused.

use std::error::Error;
use std::fmt;

use crate::EmptyReason;

/// Why [`Authority::admit`](crate::Authority::admit) admitted nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdmitError<E> {
    /// The principal does not belong to the tenant, or there is no such tenant: which of the two is not said.
    Denied,
    /// The membership could not answer.
    Membership(E),
}

impl<E> fmt::Display for AdmitError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Denied => "no such tenant for this principal",
            Self::Membership(_) => "the membership of this principal could not be checked",
        })
    }
}

impl<E: Error + 'static> Error for AdmitError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Denied => None,
            Self::Membership(error) => Some(error),
        }
    }
}

/// Why [`Authority::cross_tenant`](crate::Authority::cross_tenant) allowed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrossTenantError<E> {
    /// The reason given is blank.
    EmptyReason,
    /// The principal may not span tenants.
    Denied,
    /// The membership could not answer.
    Membership(E),
}

impl<E> fmt::Display for CrossTenantError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyReason => EmptyReason.fmt(f),
            Self::Denied => f.write_str("this principal may not span tenants"),
            Self::Membership(_) => {
                f.write_str("whether this principal may span tenants could not be checked")
            }
        }
    }
}

impl<E: Error + 'static> Error for CrossTenantError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::EmptyReason | Self::Denied => None,
            Self::Membership(error) => Some(error),
        }
    }
}
