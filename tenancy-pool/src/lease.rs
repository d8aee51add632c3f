//! A connection on loan, which does not go back to its pool dirty.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;

use super::driver::{Abandoned, Driver};
use super::pool::Borrowed;
use super::tenants::SharedPool;
use crate::placement;

/// How long an abandoned transaction may take to be rolled back before its connection is closed instead. It waits for the
/// statement that was abandoned.
const ROLLBACK_PATIENCE: Duration = Duration::from_secs(5);

/// A connection on loan.
pub(super) struct Lease<C: Driver> {
    /// `None` once it is being given back.
    loan: Option<Loan<C>>,
    /// Whether the server may have a transaction open, or a response under way.
    unfinished: bool,
}

struct Loan<C> {
    borrowed: Box<dyn Borrowed<C>>,
    /// One of the connections that the tenant may hold.
    _permit: Option<OwnedSemaphorePermit>,
    /// Keeps the pool open, where pools come and go.
    _hold: Option<placement::Lease<SharedPool<C>>>,
}

impl<C: Driver> Lease<C> {
    pub(super) fn new(
        borrowed: Box<dyn Borrowed<C>>,
        permit: Option<OwnedSemaphorePermit>,
        hold: Option<placement::Lease<SharedPool<C>>>,
    ) -> Self {
        Self { loan: Some(Loan { borrowed, _permit: permit, _hold: hold }), unfinished: false }
    }

    pub(super) fn backend_pid(&self) -> Option<i32> {
        self.loan.as_ref().and_then(|loan| loan.borrowed.backend_pid())
    }

    /// Whether the statement that tells a seal is prepared on the connection.
    pub(super) fn has_prepared_seal(&self) -> bool {
        self.loan.as_ref().is_some_and(|loan| loan.borrowed.has_prepared_seal())
    }

    /// The statement that tells a seal has run on the connection.
    pub(super) fn seal_is_prepared(&mut self) {
        if let Some(loan) = &mut self.loan {
            loan.borrowed.seal_is_prepared();
        }
    }

    /// The connection, to send something on it. From here on, until [`finished`](Self::finished), it has to be cleaned
    /// before anybody else gets it.
    pub(super) fn connection(&mut self) -> &mut C {
        self.unfinished = true;
        match &mut self.loan {
            Some(loan) => loan.borrowed.connection(),
            None => unreachable!("only `drop` takes the loan"),
        }
    }

    /// The transaction has ended, and the server has said so, or will before it does anything else.
    pub(super) fn finished(&mut self) {
        self.unfinished = false;
    }

    /// Has the connection closed instead of given back.
    pub(super) fn discard(&mut self) {
        if let Some(loan) = &mut self.loan {
            loan.borrowed.discard();
        }
    }
}

impl<C: Driver> Drop for Lease<C> {
    /// Cleaning takes a round trip, so it goes to a task of its own, and the pool has one connection less until it is done.
    fn drop(&mut self) {
        let Some(mut loan) = self.loan.take() else { return };
        if !self.unfinished {
            return;
        }
        match (C::ABANDONED, Handle::try_current()) {
            (Abandoned::RollBack, Ok(runtime)) => {
                // Made here: a runtime that is ending drops the task without a single poll.
                let guarded = DiscardUnlessCleaned { loan, cleaned: false };
                runtime.spawn(guarded.clean());
            }
            // Without a runtime nobody can wait for an answer.
            (Abandoned::RollBack, Err(_)) | (Abandoned::Close, _) => loan.borrowed.discard(),
        }
    }
}

/// Has the connection closed unless the server has confirmed the rollback.
struct DiscardUnlessCleaned<C> {
    loan: Loan<C>,
    cleaned: bool,
}

impl<C: Driver> DiscardUnlessCleaned<C> {
    async fn clean(mut self) {
        let rolled_back = self.loan.borrowed.connection().roll_back();
        self.cleaned = matches!(tokio::time::timeout(ROLLBACK_PATIENCE, rolled_back).await, Ok(Ok(())));
    }
}

impl<C> Drop for DiscardUnlessCleaned<C> {
    fn drop(&mut self) {
        if !self.cleaned {
            self.loan.borrowed.discard();
        }
    }
}
