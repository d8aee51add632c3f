//! Who belongs where, and who asks: in memory, so that the tests change and count it.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::request::Parts;
use tenancy_axum::resolve::Lookup;
use tenancy_axum::{Authenticate, AuthenticationError, Credential, Edge};
use tenancy_diesel::{Authority, Claimed, Decision, DetailedDecision, DetailedMembership, Membership};
use tenancy_tests::fixture::{ACME, GLOBEX};

/// The tenants of the fixture and their people: ada is ACME's, zoe GLOBEX', and sam both's.
#[derive(Clone)]
pub(crate) struct Members {
    rows: Arc<Mutex<BTreeSet<(String, i32)>>>,
    asked: Arc<Mutex<Vec<(String, i32)>>>,
    pub(crate) failing: Arc<std::sync::atomic::AtomicBool>,
    /// How long it takes to answer, in milliseconds.
    pub(crate) takes: Arc<AtomicU64>,
}

impl Members {
    pub(crate) fn new() -> Self {
        let rows = [("ada", ACME), ("zoe", GLOBEX), ("sam", ACME), ("sam", GLOBEX)];
        let rows = rows.map(|(who, tenant)| (who.to_owned(), tenant)).into();
        Self {
            rows: Arc::new(Mutex::new(rows)),
            asked: Arc::default(),
            failing: Arc::default(),
            takes: Arc::default(),
        }
    }

    /// What was asked since this was called last.
    pub(crate) fn asked(&self) -> Vec<(String, i32)> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub(crate) fn remove(&self, who: &str, tenant: i32) {
        assert!(self.rows.lock().unwrap().remove(&(who.to_owned(), tenant)));
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the table of members is gone")]
pub(crate) struct Gone;

impl Membership for Members {
    type TenantId = i32;
    type Principal = str;
    type Error = Gone;

    async fn check(&self, who: &str, tenant: &i32) -> Result<Decision, Gone> {
        if self.failing.load(Ordering::SeqCst) {
            return Err(Gone);
        }
        self.asked.lock().unwrap().push((who.to_owned(), *tenant));
        let takes = self.takes.load(Ordering::SeqCst);
        if takes > 0 {
            tokio::time::sleep(Duration::from_millis(takes)).await;
        }
        Ok(Decision::admit_if(self.rows.lock().unwrap().contains(&(who.to_owned(), *tenant))))
    }
}

impl DetailedMembership for Members {
    type Details = String;

    async fn check_details(&self, who: &str, tenant: &i32) -> Result<DetailedDecision<String>, Gone> {
        Ok(match self.check(who, tenant).await? {
            Decision::Admit => DetailedDecision::Admit(format!("{who} of {tenant}")),
            Decision::Deny => DetailedDecision::Deny,
        })
    }
}

/// `Authorization: Bearer ada`, or `Bearer ada@1` for one tenant only.
pub(crate) struct Names;

impl Authenticate for Names {
    type Principal = String;
    type TenantId = i32;

    async fn authenticate(&self, request: &Parts) -> Result<Credential<String, i32>, AuthenticationError> {
        let header = request.headers.get("authorization").ok_or(AuthenticationError::Missing)?;
        let name = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        let name = name.ok_or_else(|| AuthenticationError::invalid("no name"))?;
        match name.split_once('@') {
            Some((name, tenant)) => {
                let tenant = tenant.parse().map_err(AuthenticationError::invalid)?;
                Ok(Credential::of(name.to_owned()).for_tenant(Claimed::new(tenant)))
            }
            None => Ok(Credential::of(name.to_owned())),
        }
    }
}

/// An id that no tenant has.
pub(crate) const DECOY: i32 = -1;

/// What the tenants are called in front of the domain.
#[derive(Default)]
pub(crate) struct Slugs(AtomicU32);

impl Lookup for Slugs {
    type TenantId = i32;
    type Error = Infallible;

    async fn find(&self, name: &str) -> Result<Option<i32>, Infallible> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(match name {
            "acme" => Some(ACME),
            "globex" | "xn--bcher-kva" => Some(GLOBEX),
            _ => None,
        })
    }

    fn decoy(&self) -> i32 {
        DECOY
    }
}

/// An edge that reads nothing but the credential yet.
pub(crate) fn edge(members: &Members) -> Edge<Names> {
    Edge::new(Authority::new(members.clone()), Names)
}

/// `Authorization` of somebody.
pub(crate) fn bearer(name: &str) -> String {
    format!("Bearer {name}")
}
