//! Reading, before there is a scope, what decides about one.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::{AuditEvent, AuditSink, EmptyReason, Reason, TracingSink};

/// The door through which a table of memberships, invitations or API keys is read before anybody is admitted: by what the stranger
/// has brought (a user's id, a token's hash, a host's name), and nothing else.
///
/// Whoever holds it reads the rows that have the brought value in one of the columns that the table declares for it. It is made
/// where a [`Membership`](crate::Membership) or a resolver is, once, with the reason for which it is there; each use is reported to the
/// audit sink.
///
/// # Examples
///
/// ```
/// use tenancy_core::AdmissionDoor;
///
/// let door = AdmissionDoor::new("sign-in: to find a user's tenants").unwrap();
/// assert_eq!(door.reason(), "sign-in: to find a user's tenants");
/// assert!(AdmissionDoor::new("  ").is_err());
/// ```
#[derive(Clone)]
pub struct AdmissionDoor {
    reason: Reason,
    sink: Arc<dyn AuditSink>,
}

impl AdmissionDoor {
    /// A door that reports through [`TracingSink`].
    ///
    /// # Errors
    ///
    /// [`EmptyReason`] when `reason` is blank.
    pub fn new(reason: &str) -> Result<Self, EmptyReason> {
        Ok(Self { reason: Reason::new(reason)?, sink: Arc::new(TracingSink) })
    }

    /// Reports to `sink` instead.
    #[must_use = "this returns the door with the sink"]
    pub fn with_audit_sink(self, sink: impl AuditSink) -> Self {
        Self { sink: Arc::new(sink), ..self }
    }

    /// Why it is there.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reason.as_str()
    }

    /// Reports that `table` is read by `column`. Sources do.
    #[track_caller]
    pub fn record_use(&self, table: &'static str, column: &'static str) {
        self.sink.record(&AuditEvent::ReadBeforeAdmission {
            reason: self.reason.as_str(),
            location: Location::caller(),
            table,
            column,
        });
    }
}

impl fmt::Debug for AdmissionDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdmissionDoor").field("reason", &self.reason).finish_non_exhaustive()
    }
}
