//! The edge, all of it: who asks, which tenant is meant, and whether the one belongs to the other.

use std::error::Error;

use axum::Router;
use axum::routing::get;
use tenancy_axum::jwt::{Jwt, Key};
use tenancy_axum::resolve::{Directory, Subdomain};
use tenancy_axum::{Edge, TransactionLayer};
use tenancy_diesel::{AdmissionDoor, DetailedDecision, DetailedMembership};
use tenancy_pool::prelude::*;
use tenancy_pool::{PoolError, TenantPool};

use super::{Connection, notes};
use crate::schema::memberships;

/// Who belongs where is in the table of memberships.
struct Members {
    pool: TenantPool<Connection>,
    door: AdmissionDoor,
}

impl Membership for Members {
    type TenantId = String;
    type Principal = str;
    type Error = PoolError;

    async fn check(&self, person: &str, tenant: &String) -> Result<Decision, PoolError> {
        Ok(self.check_details(person, tenant).await?.decision())
    }
}

impl DetailedMembership for Members {
    /// The role.
    type Details = String;

    async fn check_details(
        &self,
        person: &str,
        tenant: &String,
    ) -> Result<DetailedDecision<String>, PoolError> {
        let theirs = memberships::table.before_admission(&self.door, memberships::person, person);
        let roles = theirs.select((memberships::tenant_id, memberships::role));
        let roles: Vec<(String, String)> = self.pool.before_admission(&self.door).load(roles).await?;
        let here = roles.into_iter().find(|(at, _)| at == tenant);
        Ok(DetailedDecision::admit_if_some(here.map(|(_, role)| role)))
    }
}

/// The service: `https://acme.example.com/notes`, with a token of the identity provider's.
pub(crate) fn router(pool: TenantPool<Connection>, key: Key) -> Result<Router, Box<dyn Error>> {
    let members = Members { pool: pool.clone(), door: AdmissionDoor::new("finds a person's memberships")? };
    let jwt = Jwt::new(key, "https://id.example.com/", "https://example.com").tenant_claim("tenant");
    let edge = Edge::with_details(Authority::new(members), jwt)
        .resolver(Subdomain::of("example.com", Directory::ids())?);
    Ok(Router::new()
        .route("/notes", get(notes::list).post(notes::add))
        .route("/notes/{title}", get(notes::read))
        .layer(TransactionLayer::new(pool))
        .layer(edge.layer()))
}
