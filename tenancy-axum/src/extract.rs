//! What handlers take from a request that was admitted.

use std::any::type_name;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tenancy_core::{Admitted, Scoped, TenantId};

use crate::Problem;

/// The scope of a request: the proof that its principal was admitted to its tenant.
///
/// The [edge's layer](crate::EdgeLayer) has made it; this only takes it. Without that layer there is none, and the answer is 500: nobody gets by.
///
/// # Examples
///
/// ```
/// use tenancy_axum::Tenant;
/// use tenancy_core::Scoped;
///
/// async fn title(Tenant(scope): Tenant) -> String {
///     heading(&scope)
/// }
///
/// fn heading(scope: &Scoped<tenancy_core::TenantId>) -> String {
///     format!("Invoices of {}", scope.tenant())
/// }
/// ```
#[derive(Debug)]
pub struct Tenant<I = TenantId>(pub Scoped<I>);

/// The scope of a request, with what the membership has learnt: a role, a plan.
///
/// For an edge that was made [`with_details`](crate::Edge::with_details).
///
/// # Examples
///
/// ```
/// use tenancy_axum::{Member, Problem};
///
/// #[derive(PartialEq)]
/// enum Role { Reader, Owner }
///
/// async fn close(Member(member): Member<Role>) -> Result<String, Problem> {
///     if *member.details() != Role::Owner {
///         return Err(Problem::forbidden("only an owner closes an account"));
///     }
///     Ok(format!("{} is closed", member.tenant()))
/// }
/// ```
#[derive(Debug)]
pub struct Member<D, I = TenantId>(pub Admitted<I, D>);

/// Who was admitted, as the authenticator knows them.
#[derive(Debug)]
pub struct Principal<P>(pub Arc<P>);

/// The principal in a request's extensions.
pub(crate) struct PrincipalOf<P>(pub(crate) Arc<P>);

impl<P> Clone for PrincipalOf<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Sync, I: Clone + Send + Sync + 'static> FromRequestParts<S> for Tenant<I> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        scope_of(parts).map(Self)
    }
}

/// The scope that the edge has put into a request.
pub(crate) fn scope_of<I: Clone + Send + Sync + 'static>(parts: &Parts) -> Result<Scoped<I>, Problem> {
    found(parts.extensions.get::<Scoped<I>>().cloned(), "a scope", type_name::<I>())
}

impl<S: Sync, D: Send + Sync + 'static, I: Clone + Send + Sync + 'static> FromRequestParts<S>
    for Member<D, I>
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let admitted = parts.extensions.get::<Admitted<I, D>>().cloned();
        found(admitted, "a member's details", type_name::<D>()).map(Self)
    }
}

impl<S: Sync, P: Send + Sync + 'static> FromRequestParts<S> for Principal<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let principal = parts.extensions.get::<PrincipalOf<P>>().cloned();
        found(principal, "a principal", type_name::<P>()).map(|principal| Self(principal.0))
    }
}

pub(crate) fn found<T>(value: Option<T>, what: &str, of: &str) -> Result<T, Problem> {
    value.ok_or_else(|| {
        Problem::misassembled(&format!(
            "a handler takes {what} of type `{of}`, and no edge's layer has put one into the request: add `.layer(edge.layer())` behind the \
             route, and let its types be the handler's (`Edge::with_details` for `Member`)"
        ))
    })
}
