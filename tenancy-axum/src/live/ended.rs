//! Why a stream has ended.

use std::fmt;

/// Why a stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// The principal does not belong to the tenant any more.
    NoMember,
    /// The credential has expired.
    Expired,
    /// The membership has not answered for too long.
    Unanswered,
    /// The principal belongs to the tenant, and a rule of [`Watch::only_while`](crate::live::Watch::only_while) does not hold any more: the tenant is suspended, say.
    NotAllowed,
}

impl Ended {
    /// In words, as the close frame of a [`TenantSocket`](crate::live::TenantSocket) says it and an event of a stream may.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoMember => "no member any more",
            Self::Expired => "the credential has expired",
            Self::Unanswered => "the membership could not be checked",
            Self::NotAllowed => "not allowed any more",
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}
