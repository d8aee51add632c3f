//! Why the catalog was not changed.

use std::error::Error;
use std::sync::Arc;

use tenancy_core::__private::shown;
use tenancy_core::placement::TenantStatus;
use tenancy_core::{InvalidTenantKey, TenantKey};

/// Why the catalog was not changed. Whatever it is, nothing was.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManageError {
    /// The text cannot be a tenant's.
    #[error(transparent)]
    InvalidTenant(#[from] InvalidTenantKey),
    /// The catalog does not have the tenant.
    #[error("tenant {} is not in the catalog: register it first", shown(.tenant.as_str()))]
    Unknown {
        /// Which tenant.
        tenant: TenantKey,
    },
    /// The catalog has the tenant already, perhaps as a deleted one.
    #[error(
        "tenant {} is in the catalog already, and an id is never given twice: change its entry instead",
        shown(.tenant.as_str())
    )]
    Registered {
        /// Which tenant.
        tenant: TenantKey,
    },
    /// Another tenant has that schema, perhaps a deleted one.
    #[error(
        "tenant {} cannot have this schema: another tenant has or had it. Give it one of its own",
        shown(.tenant.as_str())
    )]
    Taken {
        /// The tenant that was to get it.
        tenant: TenantKey,
    },
    /// The step does not follow from the tenant's status.
    #[error(
        "tenant {} is {status}, and for this it has to be {}: change its status first",
        shown(.tenant.as_str()),
        needed.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(" or ")
    )]
    WrongStatus {
        /// Which tenant.
        tenant: TenantKey,
        /// What it is.
        status: TenantStatus,
        /// What it would have to be.
        needed: &'static [TenantStatus],
    },
    /// The entry is there and cannot be understood.
    #[error("the catalog's entry for tenant {} cannot be understood: {reason}", shown(.tenant.as_str()))]
    Unreadable {
        /// Which tenant.
        tenant: TenantKey,
        /// What is wrong with it.
        reason: String,
    },
    /// The catalog could not be asked, or did not allow it. If the answer was lost on its way the change may have been made.
    #[error(
        "the catalog's entry for tenant {} could not be reached: see the cause, and look at it before trying again",
        shown(.tenant.as_str())
    )]
    Unavailable {
        /// Which tenant.
        tenant: TenantKey,
        /// Why.
        source: Arc<dyn Error + Send + Sync>,
    },
}
