//! Why a tenant has no place.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::TenantStatus;
use crate::shown::shown;

/// Why a [`Catalog`](super::Catalog) gave no place. Whatever it is, the tenant is not served.
///
/// The messages are for operators: they tell tenants that do not exist from those that do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CatalogError {
    /// The catalog does not have the tenant.
    Unknown {
        /// Its id, as text.
        tenant: String,
    },
    /// The tenant is [suspended](TenantStatus::Suspended).
    Suspended {
        /// Its id, as text.
        tenant: String,
    },
    /// The tenant is [moving](TenantStatus::Moving): the same request may succeed later.
    Moving {
        /// Its id, as text.
        tenant: String,
    },
    /// The tenant is [deleted](TenantStatus::Deleted).
    Deleted {
        /// Its id, as text.
        tenant: String,
    },
    /// The catalog has the tenant, and what it says about its place cannot be followed.
    Unreadable {
        /// Its id, as text.
        tenant: String,
        /// What is wrong with it, and what would mend it.
        reason: String,
    },
    /// The catalog could not be asked.
    Unavailable {
        /// The tenant's id, as text.
        tenant: String,
        /// Why it did not answer.
        source: Arc<dyn Error + Send + Sync>,
    },
}

impl CatalogError {
    /// The error of a tenant that is not to be served; `None` when it is.
    #[must_use]
    pub fn for_status(tenant: &str, status: TenantStatus) -> Option<Self> {
        let tenant = tenant.to_owned();
        match status {
            TenantStatus::Active => None,
            TenantStatus::Suspended => Some(Self::Suspended { tenant }),
            TenantStatus::Moving => Some(Self::Moving { tenant }),
            TenantStatus::Deleted => Some(Self::Deleted { tenant }),
        }
    }

    /// The error of a catalog that did not answer.
    pub fn unavailable(tenant: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { tenant: tenant.to_owned(), source: source.into().into() }
    }

    /// The tenant that was asked for.
    #[must_use]
    pub fn tenant(&self) -> &str {
        match self {
            Self::Unknown { tenant }
            | Self::Suspended { tenant }
            | Self::Moving { tenant }
            | Self::Deleted { tenant }
            | Self::Unreadable { tenant, .. }
            | Self::Unavailable { tenant, .. } => tenant,
        }
    }

    /// Whether the same question may have another answer soon: the tenant moves, or the catalog did not answer.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Moving { .. } | Self::Unavailable { .. })
    }
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenant = shown(self.tenant());
        match self {
            Self::Unknown { .. } => {
                write!(f, "tenant {tenant} is not in the catalog: register it with the place of its data")
            }
            Self::Suspended { .. } => {
                write!(f, "tenant {tenant} is suspended: resume it in the catalog to serve it")
            }
            Self::Moving { .. } => {
                write!(f, "tenant {tenant} is being moved: try again when the catalog has its new place")
            }
            Self::Deleted { .. } => {
                write!(f, "tenant {tenant} is deleted, and its id is not given again: register a new one")
            }
            Self::Unreadable { reason, .. } => {
                write!(f, "the catalog's entry for tenant {tenant} leads nowhere: {reason}")
            }
            Self::Unavailable { .. } => write!(
                f,
                "the place of tenant {tenant} is not known because the catalog did not answer: see the cause, and try again"
            ),
        }
    }
}

impl Error for CatalogError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable { source, .. } => Some(&**source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_names_the_tenant_escaped_and_cut() {
        let tenant = format!("x\n\u{1b}{}", "y".repeat(1000));
        let mut errors: Vec<_> = [TenantStatus::Suspended, TenantStatus::Moving, TenantStatus::Deleted]
            .into_iter()
            .filter_map(|status| CatalogError::for_status(&tenant, status))
            .collect();
        assert_eq!(errors.len(), 3);
        errors.push(CatalogError::Unknown { tenant: tenant.clone() });
        errors.push(CatalogError::Unreadable { tenant: tenant.clone(), reason: "it is odd".into() });
        errors.push(CatalogError::unavailable(&tenant, "the network is gone"));
        for error in errors {
            let text = error.to_string();
            assert!(text.contains("\"x\\n\\u{1b}yyy") && !text.contains('\n') && text.len() < 300, "{text}");
            assert_eq!(error.tenant(), tenant);
        }
        assert!(CatalogError::for_status(&tenant, TenantStatus::Active).is_none());
    }
}
