//! Why the catalog was not changed.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::migration::TENANT_BYTES;
use crate::placement::TenantStatus;
use crate::placement::catalog_error::shown;

/// Why the catalog was not changed. Whatever it is, nothing was.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ManageError {
    /// The text cannot be a tenant's id: it is empty, too long, or has a NUL.
    InvalidTenant {
        /// The text.
        tenant: String,
    },
    /// The catalog does not have the tenant.
    Unknown {
        /// Its id, as text.
        tenant: String,
    },
    /// The catalog has the tenant already, perhaps as a deleted one.
    Registered {
        /// Its id, as text.
        tenant: String,
    },
    /// Another tenant has that schema, perhaps a deleted one.
    Taken {
        /// The tenant that was to get it.
        tenant: String,
    },
    /// The step does not follow from the tenant's status.
    WrongStatus {
        /// Its id, as text.
        tenant: String,
        /// What it is.
        status: TenantStatus,
        /// What it would have to be.
        needed: &'static [TenantStatus],
    },
    /// The entry is there and cannot be understood.
    Unreadable {
        /// The tenant's id, as text.
        tenant: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The catalog could not be asked, or did not allow it. If the answer was lost on its way the change may have been made.
    Unavailable {
        /// The tenant's id, as text.
        tenant: String,
        /// Why.
        source: Arc<dyn Error + Send + Sync>,
    },
}

impl fmt::Display for ManageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidTenant { tenant } => write!(
                f,
                "{} cannot be a tenant's id in the catalog: use 1 to {TENANT_BYTES} bytes without NUL",
                shown(tenant)
            ),
            Self::Unknown { tenant } => {
                write!(f, "tenant {} is not in the catalog: register it first", shown(tenant))
            }
            Self::Registered { tenant } => write!(
                f,
                "tenant {} is in the catalog already, and an id is never given twice: change its entry instead",
                shown(tenant)
            ),
            Self::Taken { tenant } => write!(
                f,
                "tenant {} cannot have this schema: another tenant has or had it. Give it one of its own",
                shown(tenant)
            ),
            Self::WrongStatus { tenant, status, needed } => {
                let needed: Vec<_> = needed.iter().map(|status| status.as_str()).collect();
                write!(
                    f,
                    "tenant {} is {status}, and for this it has to be {}: change its status first",
                    shown(tenant),
                    needed.join(" or ")
                )
            }
            Self::Unreadable { tenant, reason } => {
                write!(f, "the catalog's entry for tenant {} cannot be understood: {reason}", shown(tenant))
            }
            Self::Unavailable { tenant, .. } => write!(
                f,
                "the catalog's entry for tenant {} could not be reached: see the cause, and look at it before trying again",
                shown(tenant)
            ),
        }
    }
}

impl Error for ManageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable { source, .. } => Some(&**source),
            _ => None,
        }
    }
}
