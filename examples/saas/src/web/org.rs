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

impl Standing {
    /// Whether somebody like this may send such a request at all: who is suspended is told so, and who is here to look only looks.
    pub fn may(&self, method: &Method) -> Result<(), Problem> {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match self.role {
            Role::Support if reads => Ok(()),
            Role::Support => Err(Problem::forbidden("support reads, and changes nothing")),
            _ if self.is_suspended => {
                Err(Problem::forbidden("this organisation is suspended: write to support@saas.example"))
            }
            Role::Viewer if !reads => {
                Err(Problem::forbidden("you may look, and change nothing: ask an administrator"))
            }
            Role::Viewer | Role::Member | Role::Admin | Role::Owner => Ok(()),
            // Nobody comes here as these.
            Role::Invited | Role::Service => Err(Problem::forbidden("this is for people")),
        }
    }
}

/// Behind the edge: the same for every route.
pub async fn rules(Member(member): Member<Standing>, request: Request, next: Next) -> Response {
    match member.details().may(request.method()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}
