//! What somebody was let in by: their membership, or a grant for support.

use std::sync::Arc;
use std::time::SystemTime;

use crate::Reason;

/// How a principal has come into a tenant: the details of a [`WithSupport`](super::WithSupport).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Through<D> {
    /// They are a member, and this is what the membership learnt.
    Membership(D),
    /// They are none, and were let in for support.
    Support(SupportAccess),
}

impl<D> Through<D> {
    /// What the membership learnt; `None` for support. A handler that asks for a role gets none of support's.
    pub const fn member(&self) -> Option<&D> {
        match self {
            Self::Membership(details) => Some(details),
            Self::Support(_) => None,
        }
    }

    /// The grant by which support was let in; `None` for a member.
    pub const fn support(&self) -> Option<&SupportAccess> {
        match self {
            Self::Membership(_) => None,
            Self::Support(access) => Some(access),
        }
    }
}

/// A grant that was used: why, by whom it was given, and until when it lasts. A [`SupportStore`](super::SupportStore) makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportAccess {
    id: Arc<str>,
    reason: Reason,
    granted_by: Arc<str>,
    until: SystemTime,
}

impl SupportAccess {
    /// A grant as a store has it. It opens nothing by itself.
    pub fn new(
        id: impl Into<Arc<str>>,
        reason: Reason,
        granted_by: impl Into<Arc<str>>,
        until: SystemTime,
    ) -> Self {
        Self { id: id.into(), reason, granted_by: granted_by.into(), until }
    }

    /// What the store knows it by.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Why it was granted.
    #[must_use]
    pub const fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Who has granted it.
    #[must_use]
    pub fn granted_by(&self) -> &str {
        &self.granted_by
    }

    /// Its end, if nobody revokes it before, by the store's clock: to be shown, not to be compared with this machine's.
    #[must_use]
    pub const fn until(&self) -> SystemTime {
        self.until
    }
}
