//! What every handler of an organisation takes: who was admitted, and as what.

use axum::extract::{FromRequestParts, Request};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tenancy_axum::{Member, Problem};
use tenancy_diesel::{Admitted, TenantId};

use super::session::User;
use crate::model::Scope;
use crate::model::membership::{Role, Standing};

pub struct Org {
    pub member: Admitted<TenantId, Standing>,
    pub user: User,
}

impl Org {
    pub fn scope(&self) -> &Scope {
        self.member.scope()
    }

    pub fn standing(&self) -> &Standing {
        self.member.details()
    }

    /// An address in this organisation.
    pub fn to(&self, path: &str) -> String {
        format!("/o/{}{path}", self.standing().slug)
    }

    pub fn is_admin(&self) -> bool {
        self.standing().role >= Role::Admin
    }

    /// For the pages of who administers the organisation.
    pub fn require_admin(&self) -> Result<(), Problem> {
        if self.is_admin() {
            Ok(())
        } else {
            Err(Problem::forbidden("this page is for administrators of the organisation"))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Org {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Member(member) = Member::from_request_parts(parts, state).await?;
        let user = User::from_request_parts(parts, state).await?;
        Ok(Self { member, user })
    }
}

/// Behind the edge: who is suspended is told so, and who was let in to help reads.
pub async fn rules(Member(member): Member<Standing>, request: Request, next: Next) -> Response {
    let standing: &Standing = member.details();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if standing.is_suspended && standing.role != Role::Support {
        return Problem::forbidden("this organisation is suspended: write to support@saas.example")
            .into_response();
    }
    if standing.role <= Role::Support && !reads {
        return Problem::forbidden("support reads, and changes nothing").into_response();
    }
    next.run(request).await
}
