//! Why a tenant has no place.

use std::error::Error;
use std::sync::Arc;

use super::TenantStatus;
use crate::TenantKey;
use crate::shown::shown;

/// Why a [`Catalog`](super::Catalog) gave no place. Whatever it is, the tenant is not served.
///
/// The messages are for operators: they tell tenants that do not exist from those that do. They show the tenant escaped
/// and cut to a safe length.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The catalog does not have the tenant.
    #[error("tenant {} is not in the catalog: register it with the place of its data", shown(.tenant.as_str()))]
    Unknown {
        /// Which tenant.
        tenant: TenantKey,
    },
    /// The tenant is [suspended](TenantStatus::Suspended).
    #[error("tenant {} is suspended: resume it in the catalog to serve it", shown(.tenant.as_str()))]
    Suspended {
        /// Which tenant.
        tenant: TenantKey,
    },
    /// The tenant is [moving](TenantStatus::Moving): the same request may succeed later.
    #[error("tenant {} is being moved: try again when the catalog has its new place", shown(.tenant.as_str()))]
    Moving {
        /// Which tenant.
        tenant: TenantKey,
    },
    /// The tenant is [deleted](TenantStatus::Deleted).
    #[error(
        "tenant {} is deleted, and its id is not given again: register a new one", shown(.tenant.as_str())
    )]
    Deleted {
        /// Which tenant.
        tenant: TenantKey,
    },
    /// The catalog has the tenant, and what it says about its place cannot be followed.
    #[error("the catalog's entry for tenant {} leads nowhere: {reason}", shown(.tenant.as_str()))]
    Unreadable {
        /// Which tenant.
        tenant: TenantKey,
        /// What is wrong with the entry, and what would mend it.
        reason: String,
    },
    /// The catalog could not be asked.
    #[error(
        "the place of tenant {} is not known because the catalog did not answer: see the cause, and try again",
        shown(.tenant.as_str())
    )]
    Unavailable {
        /// Which tenant.
        tenant: TenantKey,
        /// Why the catalog did not answer.
        source: Arc<dyn Error + Send + Sync>,
    },
}

impl CatalogError {
    /// The error of a tenant that is not to be served; `None` when it is.
    #[must_use]
    pub fn for_status(tenant: &TenantKey, status: TenantStatus) -> Option<Self> {
        let tenant = tenant.clone();
        match status {
            TenantStatus::Active => None,
            TenantStatus::Suspended => Some(Self::Suspended { tenant }),
            TenantStatus::Moving => Some(Self::Moving { tenant }),
            TenantStatus::Deleted => Some(Self::Deleted { tenant }),
        }
    }

    /// The error of a catalog that did not answer.
    pub fn unavailable(tenant: &TenantKey, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { tenant: tenant.clone(), source: source.into().into() }
    }

    /// The tenant that was asked for.
    #[must_use]
    pub fn tenant(&self) -> &TenantKey {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_names_the_tenant_escaped_and_cut() {
        let tenant = TenantKey::new(&format!("x\n\u{1b}{}", "y".repeat(200))).expect("a key");
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
            assert!(text.contains("\"x\\n\\u{1b}yyy") && !text.contains('\n') && text.len() < 230, "{text}");
            assert_eq!(error.tenant(), &tenant);
        }
        assert!(CatalogError::for_status(&tenant, TenantStatus::Active).is_none());
    }
}
