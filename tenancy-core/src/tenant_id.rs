//! The usual identity of a tenant: a UUID that is nothing else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::shown::shown;

/// Identity of a tenant, as a UUID.
///
/// Knowing an id gives no access: it is only what a [`Scoped`](crate::Scoped) is about. There is deliberately
/// no `Default`, because a tenant that appears by accident is a leak.
///
/// `Display`, `FromStr` and serde's text formats use the hyphenated form; serde's binary formats use sixteen
/// bytes. Reading accepts every form that [`Uuid::try_parse`] does.
///
/// With the feature `diesel` it is a Diesel value: `Uuid` on PostgreSQL, `Binary` on SQLite and MySQL, and
/// `Text` on the three of them.
///
/// # Examples
///
/// ## Parsing and printing
///
/// ```
/// use tenancy_core::TenantId;
///
/// let id: TenantId = "01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1".parse()?;
/// assert_eq!(id.to_string(), "01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1");
/// # Ok::<(), tenancy_core::ParseTenantIdError>(())
/// ```
///
/// ## There is no default tenant
///
/// ```compile_fail,E0277
/// fn needs_default<T: Default>() {}
/// needs_default::<tenancy_core::TenantId>();
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "diesel", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
#[cfg_attr(feature = "postgres", diesel(sql_type = diesel::sql_types::Uuid))]
#[cfg_attr(feature = "diesel", diesel(sql_type = diesel::sql_types::Binary))]
#[cfg_attr(feature = "diesel", diesel(sql_type = diesel::sql_types::Text))]
pub struct TenantId(Uuid);

impl TenantId {
    /// Makes the id of a new tenant: a version 7 UUID, so that ids sort by the time of their making.
    #[allow(
        clippy::new_without_default,
        reason = "a default tenant is a leak waiting for `unwrap_or_default`"
    )]
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// Wraps a UUID of any version.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Borrows the UUID.
    #[must_use]
    pub const fn as_uuid(&self) -> &Uuid {
        &self.0
    }

    /// Takes the UUID out.
    #[must_use]
    pub const fn into_uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for TenantId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl From<TenantId> for Uuid {
    fn from(id: TenantId) -> Self {
        id.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl fmt::Debug for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line even in `{:#?}`: an id in a log is searched for as one word.
        write!(f, "TenantId({})", self.0.as_hyphenated())
    }
}

impl FromStr for TenantId {
    type Err = ParseTenantIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self).map_err(|_| ParseTenantIdError { shown: shown(text) })
    }
}

/// The text given is not a [`TenantId`].
///
/// Its message names the text, escaped and cut to a safe length: such text usually comes from outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown} is not a tenant id: expected a UUID such as \"01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1\"")]
pub struct ParseTenantIdError {
    shown: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1";

    #[test]
    fn new_ids_are_v7_differ_and_sort_by_time() {
        let ids: Vec<_> = (0..1000).map(|_| TenantId::new()).collect();
        assert!(ids.iter().all(|id| id.as_uuid().get_version_num() == 7));
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn text_round_trips_hyphenated() {
        let id: TenantId = TEXT.parse().unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(format!("{id:?}"), format!("TenantId({TEXT})"));
        assert_eq!(format!("{id:#?}"), format!("TenantId({TEXT})"));
        assert_eq!(TenantId::from_uuid(id.into_uuid()), id);
        assert_eq!(TenantId::from(Uuid::from(id)), id);
    }

    #[test]
    fn a_bad_text_is_named_with_what_is_expected() {
        let error = "acme".parse::<TenantId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("\"acme\" is not a tenant id: expected a UUID such as \"{TEXT}\"")
        );
        assert!("".parse::<TenantId>().unwrap_err().to_string().starts_with("\"\" is not a tenant id"));
    }

    #[test]
    fn a_long_or_hostile_text_is_cut_and_escaped() {
        let long = "é".repeat(10_000).parse::<TenantId>().unwrap_err().to_string();
        assert!(long.starts_with(&format!("{:?}… is not a tenant id", "é".repeat(64))), "{long}");
        assert!(long.len() < 300);

        let hostile = "x\nERROR \u{202e}\u{1b}[31m".parse::<TenantId>().unwrap_err().to_string();
        assert!(!hostile.contains(['\n', '\u{202e}', '\u{1b}']), "{hostile}");
    }

    #[test]
    fn serde_is_the_hyphenated_text() {
        let id: TenantId = TEXT.parse().unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<TenantId>(&json).unwrap(), id);
    }

    #[test]
    fn serde_rejects_what_is_not_a_uuid() {
        for bad in ["\"acme\"", "\"\"", "null", "7", "{}", "[]"] {
            assert!(serde_json::from_str::<TenantId>(bad).is_err(), "{bad}");
        }
    }
}
