//! What a membership learns when it is asked.

use std::sync::Arc;

use crate::{Decision, Membership};

/// A [`Membership`] that learns something when it is asked: a role, a plan, the limits of a contract.
///
/// [`Authority::admit_with_details`](crate::Authority::admit_with_details) keeps what it learns beside the scope, as an
/// [`Admitted`](crate::Admitted), so that the row that admits is read once. Let [`Membership::check`] ask this one, as in the example:
/// then there is one answer to the question who belongs where.
///
/// A membership without it cannot admit with details: "`T` learns nothing about those it admits".
///
/// # Examples
///
/// ## A role in the membership table
///
/// ```
/// use std::collections::HashMap;
/// use std::convert::Infallible;
/// use tenancy_core::{
///     Authority, Claimed, Decision, DetailedDecision, DetailedMembership, Membership, TenantId,
/// };
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Role { Reader, Owner }
///
/// struct Members(HashMap<(String, TenantId), Role>);
///
/// impl Membership for Members {
///     type TenantId = TenantId;
///     type Principal = str;
///     type Error = Infallible;
///
///     async fn check(&self, who: &str, tenant: &TenantId) -> Result<Decision, Infallible> {
///         Ok(self.check_details(who, tenant).await?.decision())
///     }
/// }
///
/// impl DetailedMembership for Members {
///     type Details = Role;
///
///     async fn check_details(&self, who: &str, tenant: &TenantId) -> Result<DetailedDecision<Role>, Infallible> {
///         Ok(DetailedDecision::admit_if_some(self.0.get(&(who.to_owned(), *tenant)).copied()))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let acme = TenantId::new();
/// let authority = Authority::new(Members([(("alice".to_owned(), acme), Role::Owner)].into()));
///
/// let alice = authority.admit_with_details("alice", Claimed::new(acme)).await.unwrap();
/// assert_eq!(*alice.details(), Role::Owner);
/// assert!(authority.admit_with_details("mallory", Claimed::new(acme)).await.is_err());
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` learns nothing about those it admits",
    label = "this type does not implement `DetailedMembership`",
    note = "implement `DetailedMembership` for it, or admit without details: `Authority::admit`"
)]
pub trait DetailedMembership: Membership {
    /// What is learnt about a principal in a tenant.
    type Details: Send + Sync + 'static;

    /// Answers whether `principal` may act for `tenant`, and what it may do there.
    ///
    /// A tenant that does not exist is a [`DetailedDecision::Deny`], as for [`Membership::check`].
    ///
    /// # Errors
    ///
    /// When the question cannot be answered.
    fn check_details(
        &self,
        principal: &Self::Principal,
        tenant: &Self::TenantId,
    ) -> impl Future<Output = Result<DetailedDecision<Self::Details>, Self::Error>> + Send;
}

#[diagnostic::do_not_recommend]
impl<M: DetailedMembership> DetailedMembership for Arc<M> {
    type Details = M::Details;

    fn check_details(
        &self,
        principal: &Self::Principal,
        tenant: &Self::TenantId,
    ) -> impl Future<Output = Result<DetailedDecision<Self::Details>, Self::Error>> + Send {
        M::check_details(self, principal, tenant)
    }
}

/// The answer of a [`DetailedMembership`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a decision that nobody reads admits nobody and denies nobody"]
pub enum DetailedDecision<D> {
    /// The principal may, and this is what was learnt.
    Admit(D),
    /// The principal may not, or there is no such tenant.
    Deny,
}

impl<D> DetailedDecision<D> {
    /// Admits with what was found, and denies when nothing was: for a query of the membership that finds one row or none.
    ///
    /// # Examples
    ///
    /// ```
    /// use tenancy_core::DetailedDecision;
    ///
    /// assert_eq!(DetailedDecision::admit_if_some(Some("owner")), DetailedDecision::Admit("owner"));
    /// assert_eq!(DetailedDecision::admit_if_some(None::<&str>), DetailedDecision::Deny);
    /// ```
    pub fn admit_if_some(found: Option<D>) -> Self {
        found.map_or(Self::Deny, Self::Admit)
    }

    /// The answer without what was learnt.
    pub const fn decision(&self) -> Decision {
        match self {
            Self::Admit(_) => Decision::Admit,
            Self::Deny => Decision::Deny,
        }
    }
}
