//! What lets raw SQL into a transaction.

use std::panic::Location;
use std::sync::Arc;

use tenancy_core::{AuditEvent, AuditSink, Reason};

use crate::error::RawSqlRefused;

/// The second wall, if there is one, and the audit: without both of them nobody runs raw SQL.
pub(crate) struct RawAudit {
    walled: bool,
    audit: Arc<dyn AuditSink>,
}

impl RawAudit {
    pub(crate) const fn new(walled: bool, audit: Arc<dyn AuditSink>) -> Self {
        Self { walled, audit }
    }

    /// Takes down that `principal` runs raw SQL over the rows of `tenants`, and why.
    pub(super) fn record(
        &self,
        principal: &str,
        tenants: &str,
        reason: &str,
        location: &'static Location<'static>,
    ) -> Result<(), RawSqlRefused> {
        if !self.walled {
            return Err(RawSqlRefused::NoWall);
        }
        let reason = Reason::new(reason).map_err(|_| RawSqlRefused::NoReason)?;
        self.audit.record(&AuditEvent::RawSql {
            principal,
            tenant: tenants,
            reason: reason.as_str(),
            location,
        });
        Ok(())
    }
}
