//! Whether somebody who was admitted still belongs: for what outlives its request.
//!
//! A request that has come through several edges, of an organisation and of a workspace in it, belongs as long as each of them says so.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use axum::http::Extensions;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::{Claimed, Scoped};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

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
enum Change {
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
    principal: Arc<str>,
    tenant: Arc<str>,
    expires_at: Option<SystemTime>,
    changes: MembershipChanges,
    /// How many changes were told before the membership was asked.
    told_before: u64,
    /// That of the edge that the request has come through before.
    outer: Option<Arc<Self>>,
}

/// What is told of one membership.
pub(crate) struct Changes {
    receiver: broadcast::Receiver<Change>,
    principal: Arc<str>,
    tenant: Arc<str>,
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
            outer: None,
        }
    }

    /// The same, and what the edge before it asks as well.
    pub(crate) fn behind(self, outer: Option<Self>) -> Self {
        Self { outer: outer.map(Arc::new), ..self }
    }

    /// Each edge's, the innermost first.
    fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |recheck| recheck.outer.as_deref())
    }

    /// What the memberships learn now, as a request's extensions have it; `None` where one denies.
    pub(crate) fn ask(&self) -> BoxFuture<'static, Result<Option<Extensions>, Unanswered>> {
        let asked: Vec<_> = self.each().map(|recheck| (recheck.ask)()).collect();
        async move {
            let mut all = Extensions::new();
            // The outermost first: what an inner edge has learnt takes its place, as in the request.
            for asked in asked.into_iter().rev() {
                let Some(learnt) = asked.await? else { return Ok(None) };
                all.extend(learnt);
            }
            Ok(Some(all))
        }
        .boxed()
    }

    /// When the first of the credentials expires.
    pub(crate) fn expires_at(&self) -> Option<SystemTime> {
        self.each().filter_map(|recheck| recheck.expires_at).min()
    }

    /// What is told from now on, and whether something was between the memberships' answers and now.
    pub(crate) fn changes(&self) -> (Vec<Changes>, bool) {
        let changes = self.each().map(|recheck| Changes {
            receiver: recheck.changes.sender.subscribe(),
            principal: Arc::clone(&recheck.principal),
            tenant: Arc::clone(&recheck.tenant),
        });
        let changes = changes.collect();
        let missed = self.each().any(|recheck| recheck.changes.told() != recheck.told_before);
        (changes, missed)
    }
}

impl Changes {
    /// Waits for the next, and says whether it was of this membership.
    ///
    /// Dropping the future loses none.
    pub(crate) async fn next(&mut self) -> bool {
        let change = self.receiver.recv().await;
        self.is_ours(&change)
    }

    /// Whether there was one of this membership among those that were told.
    pub(crate) fn heard(&mut self) -> bool {
        let mut is_told = false;
        loop {
            let change = match self.receiver.try_recv() {
                Ok(change) => Ok(change),
                Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return is_told,
            };
            is_told |= self.is_ours(&change);
        }
    }

    fn is_ours(&self, change: &Result<Change, RecvError>) -> bool {
        match change {
            Ok(Change::Of { principal, tenant }) => *principal == self.principal && *tenant == self.tenant,
            // It may have been among those that were missed.
            Ok(Change::Any) | Err(RecvError::Lagged(_)) => true,
            // Not while it has a sender of its own.
            Err(RecvError::Closed) => false,
        }
    }
}
