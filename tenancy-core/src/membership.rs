//! Who belongs to which tenant: the one question that an application answers itself.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::sync::Arc;

use crate::Reason;

/// Decides which principals may act for which tenants.
///
/// The application implements it, once, next to its accounts: a query of its membership table, a check of a
/// token's claims, a call to its identity service. An [`Authority`](crate::Authority) asks it and makes the
/// proof; no other code of the application has to be trusted with that question. Nothing checks the answer,
/// so this `impl` is what a security review reads first.
///
/// A type that does not implement it cannot be used as an authority: "`T` does not decide who belongs to a
/// tenant".
///
/// # Examples
///
/// ## A membership table
///
/// ```
/// use std::collections::HashSet;
/// use std::convert::Infallible;
/// use tenancy_core::{Decision, Membership, TenantId};
///
/// struct Members(HashSet<(String, TenantId)>);
///
/// impl Membership for Members {
///     type TenantId = TenantId;
///     type Principal = String;
///     type Error = Infallible;
///
///     async fn check(&self, principal: &String, tenant: &TenantId) -> Result<Decision, Infallible> {
///         Ok(Decision::admit_if(self.0.contains(&(principal.clone(), *tenant))))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide who belongs to a tenant",
    label = "this type does not implement `Membership`",
    note = "implement `Membership` for it: `check` answers whether a principal may act for a tenant"
)]
pub trait Membership: Send + Sync {
    /// How tenants are identified, usually [`TenantId`](crate::TenantId). `Display` goes into the audit
    /// trail.
    type TenantId: Clone + Debug + Display + Send + Sync + 'static;

    /// Who asks: a user, a service, an API key. `Display` goes into the audit trail, so it must not show
    /// secrets.
    type Principal: Display + Sync + ?Sized;

    /// Why the question could not be answered. It never admits.
    type Error: Error + Send + Sync + 'static;

    /// Answers whether `principal` may act for `tenant`.
    ///
    /// A tenant that does not exist is a [`Decision::Deny`], not an error: the two must look the same
    /// outside.
    ///
    /// # Errors
    ///
    /// When the question cannot be answered, for example because the membership table cannot be read.
    fn check(
        &self,
        principal: &Self::Principal,
        tenant: &Self::TenantId,
    ) -> impl Future<Output = Result<Decision, Self::Error>> + Send;

    /// Answers whether `principal` may act for all tenants at once, for `reason`. Denies unless it is
    /// implemented.
    ///
    /// # Errors
    ///
    /// When the question cannot be answered.
    fn check_cross_tenant(
        &self,
        principal: &Self::Principal,
        reason: &Reason,
    ) -> impl Future<Output = Result<Decision, Self::Error>> + Send {
        let _ = (principal, reason);
        async { Ok(Decision::Deny) }
    }

    /// All tenants that `principal` may act for: what [`Authority::admit_all`](crate::Authority::admit_all) asks. None unless it is
    /// implemented.
    ///
    /// # Errors
    ///
    /// When the question cannot be answered.
    fn tenants_of(
        &self,
        principal: &Self::Principal,
    ) -> impl Future<Output = Result<Vec<Self::TenantId>, Self::Error>> + Send {
        let _ = principal;
        async { Ok(Vec::new()) }
    }

    /// The tenants beneath `tenant` that `principal`, who belongs to it, may read as well: a parent organisation's children. What
    /// [`Authority::admit_with_descendants`](crate::Authority::admit_with_descendants) asks. None unless it is implemented.
    ///
    /// # Errors
    ///
    /// When the question cannot be answered.
    fn descendants_of(
        &self,
        principal: &Self::Principal,
        tenant: &Self::TenantId,
    ) -> impl Future<Output = Result<Vec<Self::TenantId>, Self::Error>> + Send {
        let _ = (principal, tenant);
        async { Ok(Vec::new()) }
    }
}

#[diagnostic::do_not_recommend]
impl<M: Membership> Membership for Arc<M> {
    type TenantId = M::TenantId;
    type Principal = M::Principal;
    type Error = M::Error;

    fn check(
        &self,
        principal: &Self::Principal,
        tenant: &Self::TenantId,
    ) -> impl Future<Output = Result<Decision, Self::Error>> + Send {
        M::check(self, principal, tenant)
    }

    fn check_cross_tenant(
        &self,
        principal: &Self::Principal,
        reason: &Reason,
    ) -> impl Future<Output = Result<Decision, Self::Error>> + Send {
        M::check_cross_tenant(self, principal, reason)
    }

    fn tenants_of(
        &self,
        principal: &Self::Principal,
    ) -> impl Future<Output = Result<Vec<Self::TenantId>, Self::Error>> + Send {
        M::tenants_of(self, principal)
    }

    fn descendants_of(
        &self,
        principal: &Self::Principal,
        tenant: &Self::TenantId,
    ) -> impl Future<Output = Result<Vec<Self::TenantId>, Self::Error>> + Send {
        M::descendants_of(self, principal, tenant)
    }
}

/// The answer of a [`Membership`].
///
/// There is no conversion from `bool`: `Decision` is written where the decision is made, and can be searched
/// for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a decision that nobody reads admits nobody and denies nobody"]
pub enum Decision {
    /// The principal may.
    Admit,
    /// The principal may not, or there is no such tenant.
    Deny,
}

impl Decision {
    /// Admits when `allowed`, and denies otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use tenancy_core::Decision;
    ///
    /// let memberships = 1;
    /// assert_eq!(Decision::admit_if(memberships > 0), Decision::Admit);
    /// ```
    pub const fn admit_if(allowed: bool) -> Self {
        if allowed { Self::Admit } else { Self::Deny }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    struct Nobody;

    impl Membership for Nobody {
        type TenantId = u64;
        type Principal = str;
        type Error = Infallible;

        async fn check(&self, _: &str, _: &u64) -> Result<Decision, Infallible> {
            Ok(Decision::Deny)
        }
    }

    #[tokio::test]
    async fn spanning_tenants_is_denied_by_default() {
        let reason = Reason::new("nightly report").unwrap();
        assert_eq!(Nobody.check_cross_tenant("root", &reason).await, Ok(Decision::Deny));
        assert_eq!(Arc::new(Nobody).check_cross_tenant("root", &reason).await, Ok(Decision::Deny));
        assert_eq!(Arc::new(Nobody).tenants_of("root").await, Ok(vec![]));
        assert_eq!(Arc::new(Nobody).descendants_of("root", &1).await, Ok(vec![]));
    }

    #[test]
    fn admit_if_says_what_it_does() {
        assert_eq!(Decision::admit_if(true), Decision::Admit);
        assert_eq!(Decision::admit_if(false), Decision::Deny);
    }
}
