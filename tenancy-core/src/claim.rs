//! What a request says about its tenant, before anybody has checked it.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// A tenant that somebody *says* they act for: a header, a host name, a path segment, a field of a token.
///
/// Anyone can make one, and it is good for nothing except to be admitted: only
/// [`Authority::admit`](crate::Authority::admit) turns a claim into a [`Scoped`](crate::Scoped).
///
/// # Examples
///
/// ## From a header
///
/// ```
/// use tenancy_core::{Claimed, TenantId};
///
/// let header = "01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1";
/// let claim: Claimed<TenantId> = header.parse()?;
/// assert_eq!(claim.to_string(), format!("claimed {header}"));
/// # Ok::<(), tenancy_core::ParseTenantIdError>(())
/// ```
///
/// ## A claim is not a scope
///
/// ```compile_fail,E0308
/// use tenancy_core::{Claimed, Scoped, TenantId};
///
/// fn invoices(scope: &Scoped<TenantId>) {}
///
/// let claim = Claimed::new(TenantId::new());
/// invoices(&claim);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
#[must_use = "a claim does nothing until an `Authority` admits it"]
pub struct Claimed<I>(I);

impl<I> Claimed<I> {
    /// Records a claim. Nothing is checked.
    pub const fn new(id: I) -> Self {
        Self(id)
    }

    /// Shows the claimed id, which nobody has verified.
    ///
    /// For logs, and for a [`Membership`](crate::Membership) that routes by it; never for a query.
    pub const fn unverified(&self) -> &I {
        &self.0
    }

    /// Takes the claimed id out, which nobody has verified.
    pub fn into_unverified(self) -> I {
        self.0
    }
}

impl<I: fmt::Display> fmt::Display for Claimed<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "claimed {}", self.0)
    }
}

impl<I: fmt::Debug> fmt::Debug for Claimed<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "claimed {:?}", self.0)
    }
}

impl<I: FromStr> FromStr for Claimed<I> {
    type Err = I::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TenantId;

    #[test]
    fn shows_itself_as_a_claim() {
        let id = TenantId::new();
        let claim = Claimed::new(id);
        assert_eq!(claim.to_string(), format!("claimed {id}"));
        assert_eq!(format!("{claim:?}"), format!("claimed TenantId({id})"));
        assert_eq!(claim.unverified(), &id);
        assert_eq!(claim.into_unverified(), id);
    }

    #[test]
    fn parses_as_its_id_does() {
        let id = TenantId::new();
        assert_eq!(id.to_string().parse::<Claimed<TenantId>>().unwrap(), Claimed::new(id));
        assert_eq!("acme".parse::<Claimed<TenantId>>().unwrap_err(), "acme".parse::<TenantId>().unwrap_err());
    }

    #[test]
    fn is_read_from_a_request_body() {
        let id = TenantId::new();
        let claim: Claimed<TenantId> = serde_json::from_str(&format!("\"{id}\"")).unwrap();
        assert_eq!(claim, Claimed::new(id));
        assert!(serde_json::from_str::<Claimed<TenantId>>("\"acme\"").is_err());
    }
}
