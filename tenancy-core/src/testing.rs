//! Scopes without an authority, for tests only.
//!
//! Enable the feature `testing` in `[dev-dependencies]`. It mints scopes without asking anybody, so a build
//! without debug assertions refuses it; to run tests with `--release`, pass `RUSTFLAGS="--cfg
//! tenancy_allow_testing_in_release"`.

use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Access, Admitted, AuditEvent, AuditSink, CrossTenant, Reason, Scoped, ScopedSet, TracingSink};

const PRINCIPAL: &str = "testing";

/// A scope for `id` that nobody was asked about. Its principal is `testing`.
///
/// # Examples
///
/// ```
/// use tenancy_core::{TenantId, testing};
///
/// let acme = TenantId::new();
/// let scope = testing::scope(acme);
/// assert_eq!(scope.tenant(), &acme);
/// assert_eq!(scope.admitted().principal(), "testing");
/// ```
pub fn scope<I>(id: I) -> Scoped<I> {
    Scoped::mint(id, PRINCIPAL.into())
}

/// A scope for `id` that nobody was asked about, with `details` that nobody has looked up.
///
/// # Examples
///
/// ```
/// use tenancy_core::testing;
///
/// assert_eq!(*testing::admitted(7, "owner").details(), "owner");
/// ```
pub fn admitted<I, D>(id: I, details: D) -> Admitted<I, D> {
    Admitted::mint(scope(id), details)
}

/// A set of scopes for `ids` that nobody was asked about.
///
/// # Examples
///
/// ```
/// use tenancy_core::testing;
///
/// assert_eq!(testing::scope_set([1, 2]).tenants(), [1, 2]);
/// ```
pub fn scope_set<I>(ids: impl IntoIterator<Item = I>) -> ScopedSet<I> {
    ScopedSet::mint(ids.into_iter().collect(), PRINCIPAL.into())
}

/// Permission to span tenants that nobody was asked about, reporting through [`TracingSink`].
///
/// # Panics
///
/// When `reason` is blank.
#[track_caller]
pub fn cross_tenant(reason: &str) -> CrossTenant {
    cross_tenant_audited_by(TracingSink, reason)
}

/// As [`cross_tenant`], reporting its uses to `sink`.
///
/// # Panics
///
/// When `reason` is blank.
///
/// # Examples
///
/// ```
/// use tenancy_core::{Access, testing};
///
/// let sink = testing::RecordingSink::new();
/// let across = testing::cross_tenant_audited_by(sink.clone(), "nightly report");
/// across.record_use("invoices", Access::Read);
/// assert_eq!(sink.events().len(), 1);
/// ```
#[track_caller]
pub fn cross_tenant_audited_by(sink: impl AuditSink, reason: &str) -> CrossTenant {
    match Reason::new(reason) {
        Ok(reason) => CrossTenant::mint(PRINCIPAL.into(), reason, Arc::new(sink)),
        Err(error) => panic!("{error}"),
    }
}

/// An [`AuditSink`] that remembers. Its clones share what they remember.
#[derive(Clone, Debug, Default)]
pub struct RecordingSink {
    events: Arc<Mutex<Vec<RecordedEvent>>>,
}

impl RecordingSink {
    /// Makes a sink that remembers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was recorded, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<RecordedEvent> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was recorded since the last call, oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<RecordedEvent> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AuditSink for RecordingSink {
    fn record(&self, event: &AuditEvent<'_>) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(RecordedEvent::from(event));
    }
}

/// An [`AuditEvent`] that a [`RecordingSink`] remembered. The fields are those of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "variants and fields mirror AuditEvent, which documents them")]
pub enum RecordedEvent {
    Admitted {
        principal: String,
        tenant: String,
    },
    Denied {
        principal: String,
        tenant: String,
    },
    CrossTenantGranted {
        principal: String,
        reason: String,
        location: &'static Location<'static>,
    },
    CrossTenantDenied {
        principal: String,
        reason: String,
        location: &'static Location<'static>,
    },
    CrossTenantUsed {
        principal: String,
        reason: String,
        location: &'static Location<'static>,
        subject: &'static str,
        access: Access,
    },
    ReadBeforeAdmission {
        reason: String,
        location: &'static Location<'static>,
        table: &'static str,
        column: &'static str,
    },
    RowsMoved {
        principal: String,
        reason: String,
        location: &'static Location<'static>,
        subject: &'static str,
        from: String,
        to: String,
    },
    RawSql {
        principal: String,
        tenant: String,
        reason: String,
        location: &'static Location<'static>,
    },
    OpenedWithoutMembership {
        principal: String,
        tenant: String,
        purpose: &'static str,
        reason: String,
        location: &'static Location<'static>,
    },
    ActionRefused {
        principal: String,
        tenant: String,
        action: String,
        reason: String,
    },
    LimitSkipped {
        principal: String,
        tenant: String,
        limit: String,
        reason: String,
    },
    AdmittedForSupport {
        principal: String,
        tenant: String,
        access: String,
        reason: String,
        granted_by: String,
        until: std::time::SystemTime,
    },
    ReviewedSql {
        name: &'static str,
        text: &'static str,
        reason: &'static str,
        place: (&'static str, u32),
    },
}

impl From<&AuditEvent<'_>> for RecordedEvent {
    fn from(event: &AuditEvent<'_>) -> Self {
        match *event {
            AuditEvent::Admitted { principal, tenant } => {
                Self::Admitted { principal: principal.into(), tenant: tenant.into() }
            }
            AuditEvent::Denied { principal, tenant } => {
                Self::Denied { principal: principal.into(), tenant: tenant.into() }
            }
            AuditEvent::CrossTenantGranted { principal, reason, location } => {
                Self::CrossTenantGranted { principal: principal.into(), reason: reason.into(), location }
            }
            AuditEvent::CrossTenantDenied { principal, reason, location } => {
                Self::CrossTenantDenied { principal: principal.into(), reason: reason.into(), location }
            }
            AuditEvent::CrossTenantUsed { principal, reason, location, subject, access } => {
                Self::CrossTenantUsed {
                    principal: principal.into(),
                    reason: reason.into(),
                    location,
                    subject,
                    access,
                }
            }
            AuditEvent::ReadBeforeAdmission { reason, location, table, column } => {
                Self::ReadBeforeAdmission { reason: reason.into(), location, table, column }
            }
            AuditEvent::RowsMoved { principal, reason, location, subject, from, to } => Self::RowsMoved {
                principal: principal.into(),
                reason: reason.into(),
                location,
                subject,
                from: from.into(),
                to: to.into(),
            },
            AuditEvent::RawSql { principal, tenant, reason, location } => Self::RawSql {
                principal: principal.into(),
                tenant: tenant.into(),
                reason: reason.into(),
                location,
            },
            AuditEvent::OpenedWithoutMembership { principal, tenant, purpose, reason, location } => {
                Self::OpenedWithoutMembership {
                    principal: principal.into(),
                    tenant: tenant.into(),
                    purpose,
                    reason: reason.into(),
                    location,
                }
            }
            AuditEvent::ActionRefused { principal, tenant, action, reason } => Self::ActionRefused {
                principal: principal.into(),
                tenant: tenant.into(),
                action: action.into(),
                reason: reason.into(),
            },
            AuditEvent::LimitSkipped { principal, tenant, limit, reason } => Self::LimitSkipped {
                principal: principal.into(),
                tenant: tenant.into(),
                limit: limit.into(),
                reason: reason.into(),
            },
            AuditEvent::AdmittedForSupport { principal, tenant, access, reason, granted_by, until } => {
                Self::AdmittedForSupport {
                    principal: principal.into(),
                    tenant: tenant.into(),
                    access: access.into(),
                    reason: reason.into(),
                    granted_by: granted_by.into(),
                    until,
                }
            }
            AuditEvent::ReviewedSql { name, text, reason, place } => {
                Self::ReviewedSql { name, text, reason, place }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn take_empties_what_every_clone_sees() {
        let sink = RecordingSink::new();
        sink.clone().record(&AuditEvent::Denied { principal: "alice", tenant: "acme" });
        let denied = RecordedEvent::Denied { principal: "alice".into(), tenant: "acme".into() };
        assert_eq!(sink.take(), [denied]);
        assert!(sink.events().is_empty());
    }

    #[test]
    #[should_panic(expected = "needs a reason")]
    fn a_blank_reason_panics() {
        let _ = cross_tenant(" ");
    }
}
