//! Whether a tenant may be served.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// Whether a tenant may be served. Only [`Active`](Self::Active) ones are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TenantStatus {
    /// It is served.
    Active,
    /// Somebody has stopped it; its data stay where they are.
    Suspended,
    /// Its data are on their way to another place: neither place may serve it.
    Moving,
    /// It is gone. Its id is kept, so that nobody gets it again.
    Deleted,
}

impl TenantStatus {
    /// The word for it in a catalog's table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Moving => "moving",
            Self::Deleted => "deleted",
        }
    }
}

impl fmt::Display for TenantStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TenantStatus {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Active, Self::Suspended, Self::Moving, Self::Deleted]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| UnknownStatus { shown: shown(word) })
    }
}

/// The text given is not a [`TenantStatus`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown} is not a status of a tenant: expected active, suspended, moving or deleted")]
pub struct UnknownStatus {
    shown: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written_and_no_others() {
        for status in
            [TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Moving, TenantStatus::Deleted]
        {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_string(&status).expect("json"), format!("\"{status}\""));
        }
        for word in ["", "ACTIVE", "active ", "enabled"] {
            assert!(word.parse::<TenantStatus>().is_err(), "{word:?}");
        }
    }
}
