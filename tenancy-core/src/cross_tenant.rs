//! The audited bypass: permission to span tenants.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::{AuditEvent, AuditSink, Reason};

/// Permission to span tenants, given by [`Authority::cross_tenant`](crate::Authority::cross_tenant) for a
/// reason.
///
/// Statements that leave the tenant out ask for one, and report each use of it to the audit sink with the
/// place in the source. It is not `Clone`, so that one grant has one owner; drop it when the job is done.
///
/// # Examples
///
/// ## Asking for one
///
/// ```
/// use tenancy_core::{Access, CrossTenant};
///
/// fn count_all_invoices(across: &CrossTenant) {
///     across.record_use("invoices", Access::Read);
///     // … count them …
/// }
/// ```
///
/// ## It cannot be copied
///
/// ```compile_fail,E0277
/// fn needs_clone<T: Clone>() {}
/// needs_clone::<tenancy_core::CrossTenant>();
/// ```
///
/// ## It has no default
///
/// ```compile_fail,E0277
/// fn needs_default<T: Default>() {}
/// needs_default::<tenancy_core::CrossTenant>();
/// ```
#[must_use = "permission to span tenants is granted and audited: do not ask for it and drop it"]
pub struct CrossTenant {
    principal: Arc<str>,
    reason: Reason,
    sink: Arc<dyn AuditSink>,
}

impl CrossTenant {
    /// The only way a permission comes to be: called by `Authority::cross_tenant`, and by `testing`.
    pub(crate) fn mint(principal: Arc<str>, reason: Reason, sink: Arc<dyn AuditSink>) -> Self {
        Self { principal, reason, sink }
    }

    /// Why it was granted.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reason.as_str()
    }

    /// Who it was granted to, as the principal displayed itself.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// What reports uses of this permission and permits nothing, for work that goes on without borrowing it.
    #[doc(hidden)]
    #[must_use]
    pub fn uses(&self) -> CrossTenantUses {
        CrossTenantUses {
            principal: self.principal.clone(),
            reason: self.reason.clone(),
            sink: self.sink.clone(),
        }
    }

    /// Reports a use to the audit sink, with the caller's place in the source.
    ///
    /// `subject` is what is touched, usually the name of a table. Statements that take a `CrossTenant` call
    /// this themselves; call it for what spans tenants without such a statement. A wrapper keeps the place
    /// useful by being `#[track_caller]` too.
    #[track_caller]
    pub fn record_use(&self, subject: &'static str, access: Access) {
        self.uses().record(subject, access);
    }
}

/// Reports uses of a [`CrossTenant`], which stays with its owner.
#[doc(hidden)]
pub struct CrossTenantUses {
    principal: Arc<str>,
    reason: Reason,
    sink: Arc<dyn AuditSink>,
}

impl CrossTenantUses {
    /// As [`CrossTenant::record_use`].
    #[track_caller]
    pub fn record(&self, subject: &'static str, access: Access) {
        self.sink.record(&AuditEvent::CrossTenantUsed {
            principal: &self.principal,
            reason: self.reason.as_str(),
            location: Location::caller(),
            subject,
            access,
        });
    }

    /// Reports that rows of `subject` are moved from one tenant to another.
    #[track_caller]
    pub fn record_move(&self, subject: &'static str, from: &dyn fmt::Display, to: &dyn fmt::Display) {
        self.sink.record(&AuditEvent::RowsMoved {
            principal: &self.principal,
            reason: self.reason.as_str(),
            location: Location::caller(),
            subject,
            from: &from.to_string(),
            to: &to.to_string(),
        });
    }
}

impl fmt::Debug for CrossTenantUses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrossTenantUses")
            .field("principal", &self.principal)
            .field("reason", &self.reason.as_str())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CrossTenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrossTenant")
            .field("principal", &self.principal)
            .field("reason", &self.reason.as_str())
            .finish_non_exhaustive()
    }
}

/// How a [`CrossTenant`] was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// Rows of several tenants were read.
    Read,
    /// Rows of several tenants were inserted, changed or deleted.
    Write,
}

impl Access {
    /// `"read"` or `"write"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, RecordedEvent, RecordingSink};

    fn assert_task_safe<T: Send + Sync + 'static>() {}

    #[test]
    fn a_permission_crosses_tasks() {
        assert_task_safe::<CrossTenant>();
    }

    #[test]
    fn debug_shows_the_principal_and_the_reason() {
        let across = testing::cross_tenant("nightly report");
        assert_eq!(
            format!("{across:?}"),
            "CrossTenant { principal: \"testing\", reason: \"nightly report\", .. }"
        );
        assert_eq!((across.principal(), across.reason()), ("testing", "nightly report"));
    }

    #[test]
    fn each_use_is_reported_with_its_own_place() {
        let sink = RecordingSink::new();
        let across = testing::cross_tenant_audited_by(sink.clone(), "nightly report");

        let line = line!() + 1;
        across.record_use("invoices", Access::Read);
        across.record_use("plans", Access::Write);

        let uses: Vec<_> = sink
            .events()
            .into_iter()
            .map(|event| match event {
                RecordedEvent::CrossTenantUsed { principal, reason, location, subject, access } => {
                    assert_eq!((&*principal, &*reason), ("testing", "nightly report"));
                    assert_eq!(location.file(), file!());
                    (location.line(), subject, access)
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(uses, [(line, "invoices", Access::Read), (line + 1, "plans", Access::Write)]);
    }
}
