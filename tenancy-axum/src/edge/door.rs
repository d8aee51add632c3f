//! Where a claim becomes a scope: a membership with or without details, and its types forgotten.

use std::borrow::Borrow;
use std::error::Error;
use std::sync::Arc;

use axum::http::Extensions;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::{AdmitError, Authority, Claimed, DetailedMembership, Membership, Scoped};

/// Why a membership did not answer.
pub(crate) type Unanswered = Box<dyn Error + Send + Sync>;

/// Asks an authority.
pub(crate) trait Door<P, I>: Send + Sync + 'static {
    /// Admits: the scope, or nothing where it is denied.
    fn admit<'a>(
        &'a self,
        principal: &'a P,
        claim: Claimed<I>,
    ) -> BoxFuture<'a, Result<Option<Proof<I>>, Unanswered>>;

    /// Denies, with the same work: the membership is asked, its answer thrown away, and a denial audited.
    fn deny<'a>(&'a self, principal: &'a P, tenant: I) -> BoxFuture<'a, Result<(), Unanswered>>;
}

/// A scope, and what else a request gets with it.
pub(crate) struct Proof<I> {
    pub(crate) scope: Scoped<I>,
    pub(crate) details: Option<Box<dyn FnOnce(&mut Extensions) + Send>>,
}

/// An authority whose membership is asked for a decision.
pub(super) struct Plain<M>(pub(super) Arc<Authority<M>>);

impl<P, M> Door<P, M::TenantId> for Plain<M>
where
    P: Borrow<M::Principal> + Sync,
    M: Membership + 'static,
{
    fn admit<'a>(
        &'a self,
        principal: &'a P,
        claim: Claimed<M::TenantId>,
    ) -> BoxFuture<'a, Result<Option<Proof<M::TenantId>>, Unanswered>> {
        async move {
            let scope = or_denied(self.0.admit(principal.borrow(), claim).await)?;
            Ok(scope.map(|scope| Proof { scope, details: None }))
        }
        .boxed()
    }

    fn deny<'a>(&'a self, principal: &'a P, tenant: M::TenantId) -> BoxFuture<'a, Result<(), Unanswered>> {
        async move {
            let denied = self.0.deny(principal.borrow(), Claimed::new(tenant)).await;
            or_denied(Err::<(), _>(denied)).map(drop)
        }
        .boxed()
    }
}

/// An authority whose membership learns something.
pub(super) struct Detailed<M>(pub(super) Arc<Authority<M>>);

impl<P, M> Door<P, M::TenantId> for Detailed<M>
where
    P: Borrow<M::Principal> + Sync,
    M: DetailedMembership + 'static,
{
    fn admit<'a>(
        &'a self,
        principal: &'a P,
        claim: Claimed<M::TenantId>,
    ) -> BoxFuture<'a, Result<Option<Proof<M::TenantId>>, Unanswered>> {
        async move {
            let admitted = or_denied(self.0.admit_with_details(principal.borrow(), claim).await)?;
            Ok(admitted.map(|admitted| {
                let scope = admitted.scope().clone();
                Proof { scope, details: Some(Box::new(move |extensions| drop(extensions.insert(admitted)))) }
            }))
        }
        .boxed()
    }

    fn deny<'a>(&'a self, principal: &'a P, tenant: M::TenantId) -> BoxFuture<'a, Result<(), Unanswered>> {
        async move {
            let denied = self.0.deny_with_details(principal.borrow(), Claimed::new(tenant)).await;
            or_denied(Err::<(), _>(denied)).map(drop)
        }
        .boxed()
    }
}

fn or_denied<T, E: Error + Send + Sync + 'static>(
    admitted: Result<T, AdmitError<E>>,
) -> Result<Option<T>, Unanswered> {
    match admitted {
        Ok(admitted) => Ok(Some(admitted)),
        Err(AdmitError::Denied) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
