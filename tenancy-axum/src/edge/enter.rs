//! The way in.

use std::fmt::Display;
use std::sync::Arc;

use axum::http::request::Parts;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::log_context::LogContext;
use tenancy_core::{Claimed, Scoped};

use super::agreement::{Agreement, agree};
use super::{Edge, Enter, TRY_AGAIN};
use crate::authentication::{Authenticate, AuthenticationError, Credential};
use crate::extract::PrincipalOf;
#[cfg(feature = "live")]
use crate::recheck::Recheck;
use crate::resolve::{Asked, Resolution, ResolveError};
use crate::{Origin, Problem};

impl<A> Enter for Edge<A>
where
    A: Authenticate<TenantId: PartialEq + Clone + Display + Send + Sync + 'static>,
{
    fn enter<'a>(&'a self, request: &'a mut Parts) -> BoxFuture<'a, Result<LogContext, Problem>> {
        async move {
            let origin = self.proxies.origin(request)?;
            let credential = self.authenticate(request).await?;
            let mut resolutions = self.resolve(request, &origin).await?;
            // An edge that the request has come through before says it as well.
            let earlier = request.extensions.get::<Scoped<A::TenantId>>();
            resolutions.extend(earlier.map(|scope| Resolution::claims(Claimed::new(scope.tenant().clone()))));
            let Credential { principal, tenant, expires_at } = credential;
            let claim = match agree(tenant, resolutions) {
                Agreement::On(claim) => claim,
                Agreement::Refused(why, ask_about) => {
                    tracing::warn!(target: "tenancy::edge", %why, "refused");
                    if let Some(tenant) = ask_about {
                        self.door.deny(&principal, tenant).await.map_err(unanswered)?;
                    }
                    return Err(Problem::not_found());
                }
            };
            #[cfg(feature = "live")]
            let told_before = self.changes.told();
            let admitted = self.door.admit(&principal, claim).await.map_err(unanswered)?;
            let proof = admitted.ok_or(Problem::not_found())?;
            let context = LogContext::of(&proof.scope);
            let principal = Arc::new(principal);
            let extensions = &mut request.extensions;
            #[cfg(feature = "live")]
            {
                let recheck = Recheck::new(
                    Arc::clone(&self.door),
                    Arc::clone(&principal),
                    &proof.scope,
                    expires_at,
                    &self.changes,
                    told_before,
                );
                let outer = extensions.remove::<Recheck>();
                extensions.insert(recheck.behind(outer));
            }
            #[cfg(not(feature = "live"))]
            let _ = expires_at;
            extensions.insert(PrincipalOf(principal));
            extensions.insert(origin);
            extensions.insert(proof.scope);
            if let Some(insert) = proof.details {
                insert(extensions);
            }
            Ok(context)
        }
        .boxed()
    }
}

impl<A> Edge<A>
where
    A: Authenticate<TenantId: Send + Sync + 'static>,
{
    async fn authenticate(&self, request: &Parts) -> Result<Credential<A::Principal, A::TenantId>, Problem> {
        self.authenticator.authenticate(request).await.map_err(|error| match error {
            AuthenticationError::Unavailable(cause) => {
                tracing::error!(target: "tenancy::edge", %cause, "the credential could not be checked");
                Problem::unavailable(TRY_AGAIN)
            }
            refused => {
                tracing::debug!(target: "tenancy::edge", %refused, "not authenticated");
                Problem::unauthenticated(self.authenticator.challenge())
            }
        })
    }

    /// All of them, also when one has found a tenant: another one may contradict it.
    async fn resolve(
        &self,
        request: &mut Parts,
        origin: &Origin,
    ) -> Result<Vec<Resolution<A::TenantId>>, Problem> {
        let mut found = Vec::with_capacity(self.resolvers.len());
        for resolver in &self.resolvers {
            let asked = Asked { request: &mut *request, origin };
            found.push(resolver.resolve(asked).await.map_err(|error| match error {
                ResolveError::Refused(problem) => problem,
                ResolveError::Unavailable(cause) => unanswered(cause),
            })?);
        }
        Ok(found)
    }
}

fn unanswered(cause: super::door::Unanswered) -> Problem {
    tracing::error!(target: "tenancy::edge", %cause, "who belongs to the tenant could not be found out");
    Problem::unavailable(TRY_AGAIN)
}
