//! Where admissions, denials and every use of a bypass are reported.

use std::panic::Location;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Access;

/// Receives what an [`Authority`](crate::Authority) decided and how a [`CrossTenant`](crate::CrossTenant) was
/// used.
///
/// [`TracingSink`] is the default. Implement it to write elsewhere, such as to an append-only table or a
/// queue. `record` is called in the middle of a request, before the proof is handed out, so an implementation
/// queues rather than blocks. If it panics, nothing is admitted.
///
/// # Examples
///
/// ## Counting denials
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use tenancy_core::{AuditEvent, AuditSink};
///
/// #[derive(Default)]
/// struct DenialCounter(AtomicU64);
///
/// impl AuditSink for DenialCounter {
///     fn record(&self, event: &AuditEvent<'_>) {
///         if let AuditEvent::Denied { .. } | AuditEvent::CrossTenantDenied { .. } = event {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not receive audit events",
    label = "this type does not implement `AuditSink`",
    note = "implement `AuditSink` for it, or leave `with_audit_sink` out to report through `tracing`"
)]
pub trait AuditSink: Send + Sync + 'static {
    /// Takes note of `event`.
    fn record(&self, event: &AuditEvent<'_>);
}

#[diagnostic::do_not_recommend]
impl<S: AuditSink + ?Sized> AuditSink for Arc<S> {
    fn record(&self, event: &AuditEvent<'_>) {
        S::record(self, event);
    }
}

/// Something that an auditor wants to know.
///
/// Principals and tenants are given as they display themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditEvent<'a> {
    /// A principal was admitted to a tenant.
    Admitted {
        /// Who asked.
        principal: &'a str,
        /// For which tenant.
        tenant: &'a str,
    },
    /// A principal was not admitted to a tenant, which may not exist.
    Denied {
        /// Who asked.
        principal: &'a str,
        /// For which tenant.
        tenant: &'a str,
    },
    /// A principal was allowed to span tenants.
    CrossTenantGranted {
        /// Who asked.
        principal: &'a str,
        /// Why.
        reason: &'a str,
        /// Where `Authority::cross_tenant` was called.
        location: &'static Location<'static>,
    },
    /// A principal was not allowed to span tenants.
    CrossTenantDenied {
        /// Who asked.
        principal: &'a str,
        /// Why.
        reason: &'a str,
        /// Where `Authority::cross_tenant` was called.
        location: &'static Location<'static>,
    },
    /// A principal who was allowed to span tenants did.
    CrossTenantUsed {
        /// Who was allowed.
        principal: &'a str,
        /// Why.
        reason: &'a str,
        /// Where it was used.
        location: &'static Location<'static>,
        /// What was touched: usually the name of a table.
        subject: &'static str,
        /// How it was touched.
        access: Access,
    },
    /// A table was read before anybody was admitted, by what a stranger has brought.
    ReadBeforeAdmission {
        /// Why there is such a door.
        reason: &'a str,
        /// Where it was used.
        location: &'static Location<'static>,
        /// The table.
        table: &'static str,
        /// The column that has the brought value.
        column: &'static str,
    },
    /// A principal who was allowed to span tenants moves rows from one to another.
    RowsMoved {
        /// Who was allowed.
        principal: &'a str,
        /// Why.
        reason: &'a str,
        /// Where the statement names the second tenant.
        location: &'static Location<'static>,
        /// The name of the table.
        subject: &'static str,
        /// Whose the rows were.
        from: &'a str,
        /// Whose they become.
        to: &'a str,
    },
    /// A transaction of one tenant was allowed SQL that the types cannot read.
    RawSql {
        /// Who was admitted to the tenant.
        principal: &'a str,
        /// The tenant.
        tenant: &'a str,
        /// Why.
        reason: &'a str,
        /// Where it was allowed.
        location: &'static Location<'static>,
    },
    /// A sealed scope was opened, and nobody asked whether its principal still belongs to the tenant.
    OpenedWithoutMembership {
        /// Who was admitted when it was sealed.
        principal: &'a str,
        /// The tenant.
        tenant: &'a str,
        /// What it was sealed for.
        purpose: &'static str,
        /// Why.
        reason: &'a str,
        /// Where it was opened.
        location: &'static Location<'static>,
    },
    /// An action was asked for, and the tenant's plan, quota or limits do not allow it.
    ActionRefused {
        /// Who asked.
        principal: &'a str,
        /// For which tenant.
        tenant: &'a str,
        /// What was asked for.
        action: &'a str,
        /// Why not.
        reason: &'a str,
    },
    /// A limit did not answer, and the program had said that then it lets through without counting.
    LimitSkipped {
        /// Who was let through.
        principal: &'a str,
        /// For which tenant.
        tenant: &'a str,
        /// The limit.
        limit: &'a str,
        /// Why it did not answer.
        reason: &'a str,
    },
    /// Somebody who is no member of a tenant was let in for support, by a grant. [`Admitted`](Self::Admitted) follows.
    AdmittedForSupport {
        /// Who asked.
        principal: &'a str,
        /// For which tenant.
        tenant: &'a str,
        /// What the store of the grants knows the grant by.
        access: &'a str,
        /// Why it was granted.
        reason: &'a str,
        /// Who has granted it.
        granted_by: &'a str,
        /// Its end.
        until: SystemTime,
    },
    /// Statements of tenants may contain a fragment of SQL that is a constant of the program. Told once, when that is decided.
    ReviewedSql {
        /// What the program calls it.
        name: &'static str,
        /// The SQL.
        text: &'static str,
        /// Why.
        reason: &'static str,
        /// The file that declares it, and the line.
        place: (&'static str, u32),
    },
}

/// The default [`AuditSink`]: `tracing` events under the target `tenancy::audit`.
///
/// Reviewed SQL is `INFO`, as it is told once for all, and so are actions that a plan or a limit refuses, as that is what they are for. Admissions, and what is read before them, are `DEBUG`, because they are in every
/// request; denials, raw SQL, what is opened without membership, limits that are skipped, support that is let in and everything about spanning tenants are `WARN`. Who wants each admission
/// in the log enables the target: `tenancy::audit=debug`. Principals, tenants and reasons are recorded as string fields, which
/// formatters escape.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSink;

impl TracingSink {
    /// The `tracing` target of every event.
    pub const TARGET: &'static str = "tenancy::audit";
}

impl AuditSink for TracingSink {
    fn record(&self, event: &AuditEvent<'_>) {
        match *event {
            AuditEvent::Admitted { principal, tenant } => {
                tracing::debug!(target: TracingSink::TARGET, principal, tenant, "admitted");
            }
            AuditEvent::Denied { principal, tenant } => {
                tracing::warn!(target: TracingSink::TARGET, principal, tenant, "denied");
            }
            AuditEvent::CrossTenantGranted { principal, reason, location } => {
                tracing::warn!(target: TracingSink::TARGET, principal, reason, %location, "cross-tenant granted");
            }
            AuditEvent::CrossTenantDenied { principal, reason, location } => {
                tracing::warn!(target: TracingSink::TARGET, principal, reason, %location, "cross-tenant denied");
            }
            AuditEvent::CrossTenantUsed { principal, reason, location, subject, access } => {
                tracing::warn!(
                    target: TracingSink::TARGET,
                    principal,
                    reason,
                    %location,
                    subject,
                    access = access.as_str(),
                    "cross-tenant used"
                );
            }
            AuditEvent::ReadBeforeAdmission { reason, location, table, column } => {
                tracing::debug!(target: TracingSink::TARGET, reason, %location, table, column, "read before admission");
            }
            AuditEvent::RowsMoved { principal, reason, location, subject, from, to } => {
                tracing::warn!(target: TracingSink::TARGET, principal, reason, %location, subject, from, to, "rows moved");
            }
            AuditEvent::RawSql { principal, tenant, reason, location } => {
                tracing::warn!(target: TracingSink::TARGET, principal, tenant, reason, %location, "raw SQL");
            }
            AuditEvent::OpenedWithoutMembership { principal, tenant, purpose, reason, location } => {
                tracing::warn!(
                    target: TracingSink::TARGET,
                    principal,
                    tenant,
                    purpose,
                    reason,
                    %location,
                    "opened without membership"
                );
            }
            AuditEvent::ActionRefused { principal, tenant, action, reason } => {
                tracing::info!(target: TracingSink::TARGET, principal, tenant, action, reason, "action refused");
            }
            AuditEvent::LimitSkipped { principal, tenant, limit, reason } => {
                tracing::warn!(target: TracingSink::TARGET, principal, tenant, limit, reason, "limit skipped");
            }
            AuditEvent::AdmittedForSupport { principal, tenant, access, reason, granted_by, until } => {
                // An end before 1970 is one that has passed.
                let until_unix = until.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
                tracing::warn!(
                    target: TracingSink::TARGET,
                    principal,
                    tenant,
                    access,
                    reason,
                    granted_by,
                    until_unix,
                    "admitted for support"
                );
            }
            AuditEvent::ReviewedSql { name, text, reason, place: (file, line) } => {
                tracing::info!(target: TracingSink::TARGET, name, text, reason, file, line, "reviewed SQL");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level, Metadata, Subscriber};

    use super::*;

    /// One line for each `tracing` event: level, target and fields.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl Subscriber for Lines {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, event: &Event<'_>) {
            struct Fields(String);
            impl Visit for Fields {
                fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                    self.0.push_str(&format!(" {field}={value:?}"));
                }
            }
            let mut fields = Fields(String::new());
            event.record(&mut fields);
            let metadata = event.metadata();
            let level = *metadata.level();
            assert!(level == Level::DEBUG || level == Level::WARN);
            self.0.lock().unwrap().push(format!("{level} {}{}", metadata.target(), fields.0));
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn tracing_gets_each_event_at_its_level_with_its_fields() {
        let location = Location::caller();
        let lines = Lines::default();
        tracing::subscriber::with_default(lines.clone(), || {
            let (principal, tenant, reason) = ("alice\n", "acme", "report");
            // Through an `Arc`, as an `Authority` holds it.
            let sink: Arc<dyn AuditSink> = Arc::new(Arc::new(TracingSink));
            for event in [
                AuditEvent::Admitted { principal, tenant },
                AuditEvent::Denied { principal, tenant },
                AuditEvent::CrossTenantGranted { principal, reason, location },
                AuditEvent::CrossTenantDenied { principal, reason, location },
                AuditEvent::CrossTenantUsed {
                    principal,
                    reason,
                    location,
                    subject: "invoices",
                    access: Access::Write,
                },
                AuditEvent::OpenedWithoutMembership {
                    principal,
                    tenant,
                    purpose: "export",
                    reason,
                    location,
                },
                AuditEvent::LimitSkipped { principal, tenant, limit: "api", reason: "away" },
                AuditEvent::AdmittedForSupport {
                    principal,
                    tenant,
                    access: "7",
                    reason,
                    granted_by: "carol",
                    until: UNIX_EPOCH + std::time::Duration::from_secs(100),
                },
            ] {
                sink.record(&event);
            }
        });

        let who = "principal=\"alice\\n\"";
        let why = format!("{who} reason=\"report\" location={location}");
        let expected = [
            format!("DEBUG tenancy::audit message=admitted {who} tenant=\"acme\""),
            format!("WARN tenancy::audit message=denied {who} tenant=\"acme\""),
            format!("WARN tenancy::audit message=cross-tenant granted {why}"),
            format!("WARN tenancy::audit message=cross-tenant denied {why}"),
            format!(
                "WARN tenancy::audit message=cross-tenant used {why} subject=\"invoices\" access=\"write\""
            ),
            format!(
                "WARN tenancy::audit message=opened without membership {who} tenant=\"acme\" purpose=\"export\" \
                 reason=\"report\" location={location}"
            ),
            format!(
                "WARN tenancy::audit message=limit skipped {who} tenant=\"acme\" limit=\"api\" reason=\"away\""
            ),
            format!(
                "WARN tenancy::audit message=admitted for support {who} tenant=\"acme\" access=\"7\" reason=\"report\" \
                 granted_by=\"carol\" until_unix=100"
            ),
        ];
        assert_eq!(*lines.0.lock().unwrap(), expected);
    }
}
