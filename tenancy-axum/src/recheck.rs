//! Whether somebody who was admitted still belongs: for what outlives its request.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use axum::http::Extensions;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::{Claimed, Scoped};
use tokio::sync::broadcast;

use crate::edge::door::{Door, Unanswered};

/// How many changes may be told before a stream that reads slowly has to ask without being told which.
const TOLD: usize = 256;

/// Where an application says that a membership has changed, so that streams and web sockets of that person ask again at once.
///
/// What it says is a hint: each asks the membership, and ends by the answer to that. [`Edge::membership_changes`](crate::Edge::membership_changes)
/// gives it. It reaches the streams of this process; where there are several, tell each of them.
#[derive(Clone, Debug)]
pub struct MembershipChanges {
    sender: broadcast::Sender<Change>,
    /// How many were told.
    told: Arc<AtomicU64>,
}

/// A change that was told. Texts, as principals and tenants display themselves.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Of { principal: Arc<str>, tenant: Arc<str> },
    Any,
}

impl MembershipChanges {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::Sender::new(TOLD), told: Arc::default() }
    }

    /// The membership of this principal in this tenant has changed. Both as they display themselves.
    pub fn changed(&self, principal: &impl ToString, tenant: &impl ToString) {
        self.tell(Change::Of { principal: principal.to_string().into(), tenant: tenant.to_string().into() });
    }

    /// Any may have changed: everybody asks again.
    pub fn all_changed(&self) {
        self.tell(Change::Any);
    }

    fn tell(&self, change: Change) {
        // Counted first: who listens from now on has either heard it or sees that there was one.
        self.told.fetch_add(1, Ordering::SeqCst);
        // An error means that nobody listens.
        let _ = self.sender.send(change);
    }

    /// How many were told so far, for [`Recheck::new`].
    pub(crate) fn told(&self) -> u64 {
        self.told.load(Ordering::SeqCst)
    }
}

/// Asks again whether the request's principal belongs to its tenant.
#[derive(Clone)]
pub(crate) struct Recheck {
    ask: Arc<dyn Fn() -> BoxFuture<'static, Result<Option<Extensions>, Unanswered>> + Send + Sync>,
    pub(crate) principal: Arc<str>,
    pub(crate) tenant: Arc<str>,
    pub(crate) expires_at: Option<SystemTime>,
    changes: MembershipChanges,
    /// How many changes were told before the membership was asked.
    told_before: u64,
}

impl Recheck {
    /// `told_before` is what [`MembershipChanges::told`] said before the membership was asked.
    pub(crate) fn new<P, I>(
        door: Arc<dyn Door<P, I>>,
        principal: Arc<P>,
        scope: &Scoped<I>,
        expires_at: Option<SystemTime>,
        changes: &MembershipChanges,
        told_before: u64,
    ) -> Self
    where
        P: Send + Sync + 'static,
        I: Clone + Display + Send + Sync + 'static,
    {
        let tenant = scope.tenant().clone();
        let ask = {
            let principal = Arc::clone(&principal);
            move || {
                let (door, principal, tenant) = (Arc::clone(&door), Arc::clone(&principal), tenant.clone());
                async move {
                    let proof = door.admit(&principal, Claimed::new(tenant)).await?;
                    Ok(proof.map(|proof| {
                        let mut learnt = Extensions::new();
                        if let Some(insert) = proof.details {
                            insert(&mut learnt);
                        }
                        learnt
                    }))
                }
                .boxed()
            }
        };
        Self {
            ask: Arc::new(ask),
            principal: scope.admitted().principal().into(),
            tenant: scope.tenant().to_string().into(),
            expires_at,
            changes: changes.clone(),
            told_before,
        }
    }
}

impl Recheck {
    /// What the membership learns now, as a request's extensions have it; `None` where it denies.
    pub(crate) fn ask(&self) -> BoxFuture<'static, Result<Option<Extensions>, Unanswered>> {
        (self.ask)()
    }

    /// What is told from now on, and whether something was between the membership's answer and now.
    pub(crate) fn changes(&self) -> (broadcast::Receiver<Change>, bool) {
        let changes = self.changes.sender.subscribe();
        let missed = self.changes.told() != self.told_before;
        (changes, missed)
    }
}
