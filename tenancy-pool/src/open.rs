//! A transaction on a connection on loan: what is to be sent first, how deep it is nested, whether it can still go on.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::result::{Error, QueryResult};

use super::driver::Driver;
use super::error::TenantsError;
use super::lease::Lease;
use super::opening::Before;
use super::run::{Execute, Load, Rows};

/// The numbers of transactions.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// A transaction that is open, or will be with its first statement.
pub(super) struct OpenTransaction<C: Driver> {
    lease: Lease<C>,
    /// What is sent ahead of the next statement.
    before: Before,
    /// Whether anything was sent.
    begun: bool,
    /// Whether there is a transaction at all: one query by itself needs none.
    transaction: bool,
    /// Tells it from every other one of the process.
    number: u64,
    /// Savepoints that are open.
    depth: usize,
    health: Health,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Sound,
    /// A statement is under way; found so by another one, its future was dropped in the middle, or that of a nested
    /// transaction was.
    Busy,
    /// A statement has failed, and taken the transaction with it.
    Aborted,
}

impl<C: Driver> OpenTransaction<C> {
    pub(super) fn new(lease: Lease<C>, opening: Before) -> Self {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Self {
            lease,
            before: opening,
            begun: false,
            transaction: true,
            number,
            depth: 0,
            health: Health::Sound,
        }
    }

    /// For one query, which is sent by itself.
    pub(super) fn without_transaction(lease: Lease<C>) -> Self {
        Self { transaction: false, ..Self::new(lease, Before::default()) }
    }

    // Not `async fn`: `Send` is said here, where it can be shown for every query: the compiler fails to for a particular one
    // (rust-lang/rust#100013).

    #[allow(clippy::manual_async_fn, reason = "for the `Send`")]
    pub(super) fn load<'query, Q, U>(
        &mut self,
        query: Q,
        rows: Rows,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        async move {
            let mut before = self.start()?;
            let loaded = self.lease.connection().load_after(&mut before, query, rows).await;
            self.ended(before, loaded)
        }
    }

    #[allow(clippy::manual_async_fn, reason = "for the `Send`")]
    pub(super) fn execute<'query, Q>(
        &mut self,
        statement: Q,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Q: Execute<'query, C::Backend>,
    {
        async move {
            let mut before = self.start()?;
            let changed = self.lease.connection().execute_after(&mut before, statement).await;
            self.ended(before, changed)
        }
    }

    /// Sets a savepoint, ahead of the next statement.
    pub(super) fn open_savepoint(&mut self) -> Savepoint {
        self.depth += 1;
        let name = format!("tenancy_{}", self.depth);
        self.before.savepoints.push(format!("SAVEPOINT {name}"));
        Savepoint { name, depth: self.depth, transaction: self.number }
    }

    /// Whether the savepoint is the innermost of this transaction: the work of a nested transaction may have swapped the
    /// transaction that it was lent for another one.
    fn is_innermost(&self, savepoint: &Savepoint) -> bool {
        (savepoint.transaction, savepoint.depth) == (self.number, self.depth)
    }

    pub(super) async fn keep(&mut self, savepoint: Savepoint) -> Result<(), TenantsError> {
        if !self.is_innermost(&savepoint) {
            self.cancel();
        }
        match self.health {
            Health::Sound => {}
            Health::Busy => return Err(TenantsError::Cancelled),
            Health::Aborted => {
                self.undo(savepoint).await?;
                return Err(TenantsError::Aborted);
            }
        }
        self.depth -= 1;
        if !self.withdraw(&savepoint) {
            self.before.savepoints.push(format!("RELEASE SAVEPOINT {}", savepoint.name));
        }
        Ok(())
    }

    pub(super) async fn undo(&mut self, savepoint: Savepoint) -> Result<(), TenantsError> {
        if !self.is_innermost(&savepoint) {
            self.cancel();
            return Err(TenantsError::Cancelled);
        }
        self.depth -= 1;
        if self.withdraw(&savepoint) {
            return Ok(());
        }
        if self.health == Health::Busy {
            return Err(TenantsError::Cancelled);
        }
        // Pending releases of savepoints inside this one go with it.
        self.before.savepoints.clear();
        let name = &savepoint.name;
        let undo = vec![format!("ROLLBACK TO SAVEPOINT {name}"), format!("RELEASE SAVEPOINT {name}")];
        self.health = Health::Busy;
        let undone = self.lease.connection().send(undo).await;
        self.health = if undone.is_ok() { Health::Sound } else { Health::Aborted };
        Ok(undone?)
    }

    /// Lets nothing more run: something was dropped in the middle.
    pub(super) fn cancel(&mut self) {
        self.health = Health::Busy;
    }

    /// Takes a savepoint back that was not sent yet, with whatever was to follow it.
    fn withdraw(&mut self, savepoint: &Savepoint) -> bool {
        let opening = format!("SAVEPOINT {}", savepoint.name);
        match self.before.savepoints.iter().position(|statement| *statement == opening) {
            Some(position) => {
                self.before.savepoints.truncate(position);
                true
            }
            None => false,
        }
    }

    pub(super) async fn commit(mut self) -> Result<(), TenantsError> {
        match self.health {
            Health::Busy => Err(TenantsError::Cancelled),
            // A nested transaction that has not ended: see `is_innermost`.
            _ if self.depth > 0 => Err(TenantsError::Cancelled),
            Health::Aborted => {
                self.roll_back().await?;
                Err(TenantsError::Aborted)
            }
            Health::Sound if !self.begun => Ok(()),
            Health::Sound => {
                self.lease.connection().send(vec!["COMMIT".to_owned()]).await?;
                self.lease.finished();
                Ok(())
            }
        }
    }

    pub(super) async fn roll_back(mut self) -> Result<(), TenantsError> {
        if self.begun {
            self.lease.connection().roll_back().await?;
            self.lease.finished();
        }
        Ok(())
    }

    /// Ends a transaction that was opened read only, without waiting for the server where the driver need not.
    pub(super) async fn end_read(mut self) -> Result<(), TenantsError> {
        if self.begun {
            self.lease.connection().end_read().await?;
            self.lease.finished();
        }
        Ok(())
    }

    /// Has the connection closed when the transaction has ended.
    pub(super) fn close_afterwards(&mut self) {
        self.lease.discard();
    }

    fn start(&mut self) -> QueryResult<Before> {
        match self.health {
            Health::Sound => {}
            Health::Busy => return Err(TenantsError::Cancelled.into()),
            Health::Aborted => return Err(TenantsError::Aborted.into()),
        }
        self.begun = self.transaction;
        self.health = Health::Busy;
        Ok(mem::take(&mut self.before))
    }

    fn ended<T>(&mut self, before: Before, result: QueryResult<T>) -> QueryResult<T> {
        if before.seal.is_some_and(|seal| seal.prepared) {
            self.lease.seal_is_prepared();
        }
        if !self.transaction && result.is_ok() {
            // Nothing is open. After a failure the connection is cleaned all the same.
            self.lease.finished();
        }
        self.health = match &result {
            Ok(_) => Health::Sound,
            // What was sent has succeeded: the statement could not be written, or its rows not be read.
            Err(
                Error::QueryBuilderError(_) | Error::SerializationError(_) | Error::DeserializationError(_),
            ) => Health::Sound,
            Err(Error::DatabaseError(kind, _)) if !C::aborts(kind) => Health::Sound,
            Err(_) => Health::Aborted,
        };
        result
    }
}

/// A savepoint that is open, or will be with the next statement.
pub(super) struct Savepoint {
    name: String,
    depth: usize,
    /// Whose it is.
    transaction: u64,
}
