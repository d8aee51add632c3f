//! A connection on loan, which does not go back to its pool dirty.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;

use super::{Borrowed, SharedLender};
use crate::driver::{Abandoned, Driver};
use crate::placement::DatabasePoolGuard;

/// How long an abandoned transaction may take to be rolled back before its connection is closed instead. It waits for the
/// statement that was abandoned.
const ROLLBACK_PATIENCE: Duration = Duration::from_secs(5);

/// A connection on loan.
pub(crate) struct Loan<C: Driver> {
    /// `None` once it is being given back.
    held: Option<Held<C>>,
    /// Whether the server may have a transaction open, or a response under way.
    unfinished: bool,
    /// The future that waits for an answer is there still, or was forgotten.
    awaited: bool,
}

struct Held<C: Driver> {
    borrowed: Box<dyn Borrowed<C>>,
    /// One of the connections that the tenant may hold.
    _permit: Option<OwnedSemaphorePermit>,
    /// Keeps the pool open, where pools come and go.
    _pool: Option<DatabasePoolGuard<SharedLender<C>>>,
}

impl<C: Driver> Loan<C> {
    pub(crate) fn new(
        borrowed: Box<dyn Borrowed<C>>,
        permit: Option<OwnedSemaphorePermit>,
        pool: Option<DatabasePoolGuard<SharedLender<C>>>,
    ) -> Self {
        Self {
            held: Some(Held { borrowed, _permit: permit, _pool: pool }),
            unfinished: false,
            awaited: false,
        }
    }

    /// The connection, to send something on it, and what is known of its session. From here on, until
    /// [`finished`](Self::finished), it has to be cleaned before anybody else gets it.
    pub(crate) fn parts(&mut self) -> (&mut C, &mut C::Session) {
        self.unfinished = true;
        match &mut self.held {
            Some(held) => held.borrowed.parts(),
            None => unreachable!("only `drop` takes it"),
        }
    }

    /// As [`parts`](Self::parts), for as long as an answer is waited for.
    pub(crate) fn underway(&mut self) -> Underway<'_, C> {
        self.awaited = true;
        Underway { loan: self }
    }

    /// The connection: see [`parts`](Self::parts).
    pub(crate) fn connection(&mut self) -> &mut C {
        self.parts().0
    }

    /// What is known of the connection's session.
    pub(crate) fn session(&mut self) -> &mut C::Session {
        match &mut self.held {
            Some(held) => held.borrowed.parts().1,
            None => unreachable!("only `drop` takes it"),
        }
    }

    /// The transaction has ended, and the server has said so, or will before it does anything else.
    pub(crate) fn finished(&mut self) {
        self.unfinished = false;
    }

    /// Has the connection closed instead of given back.
    pub(crate) fn discard(&mut self) {
        if let Some(held) = &mut self.held {
            held.borrowed.discard();
        }
    }
}

impl<C: Driver> Drop for Loan<C> {
    /// Cleaning takes a round trip, so it goes to a task of its own, and the pool has one connection less until it is done.
    fn drop(&mut self) {
        let Some(mut held) = self.held.take() else { return };
        if self.awaited {
            // Forgotten: the answer would wait for ever for somebody to take it, and what comes next would wait behind it.
            held.borrowed.discard();
            return;
        }
        if !self.unfinished {
            return;
        }
        match (C::ABANDONED, Handle::try_current()) {
            (Abandoned::RollBack, Ok(runtime)) => {
                // Made here: a runtime that is ending drops the task without a single poll.
                let guarded = DiscardUnlessCleaned { held, cleaned: false };
                runtime.spawn(guarded.clean());
            }
            // Without a runtime nobody can wait for an answer.
            (Abandoned::RollBack, Err(_)) | (Abandoned::Close, _) => held.borrowed.discard(),
        }
    }
}

/// A statement under way. It borrows the loan, so that a loan which comes to its end while this one still stands was left behind
/// by a future that was forgotten (`mem::forget`) instead of dropped.
pub(crate) struct Underway<'a, C: Driver> {
    loan: &'a mut Loan<C>,
}

impl<C: Driver> Underway<'_, C> {
    /// See [`Loan::parts`].
    pub(crate) fn parts(&mut self) -> (&mut C, &mut C::Session) {
        self.loan.parts()
    }
}

impl<C: Driver> Drop for Underway<'_, C> {
    fn drop(&mut self) {
        self.loan.awaited = false;
    }
}

/// Has the connection closed unless the server has confirmed the rollback.
struct DiscardUnlessCleaned<C: Driver> {
    held: Held<C>,
    cleaned: bool,
}

impl<C: Driver> DiscardUnlessCleaned<C> {
    async fn clean(mut self) {
        let rolled_back = self.held.borrowed.parts().0.roll_back();
        self.cleaned = matches!(tokio::time::timeout(ROLLBACK_PATIENCE, rolled_back).await, Ok(Ok(())));
    }
}

impl<C: Driver> Drop for DiscardUnlessCleaned<C> {
    fn drop(&mut self) {
        if !self.cleaned {
            self.held.borrowed.discard();
        }
    }
}
