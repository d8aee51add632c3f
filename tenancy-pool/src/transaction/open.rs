//! A transaction on a connection on loan: what is to be sent first, how deep it is nested, whether it can still go on.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::result::{Error, QueryResult};

use crate::connection::Loan;
use crate::driver::{Ahead, Driver, Start};
use crate::error::PoolError;
use crate::statement::{Execute, Load, Wanted};

/// The numbers of transactions.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// A transaction that is open, or will be with its first statement.
pub(crate) struct OpenTransaction<C: Driver> {
    loan: Loan<C>,
    /// What is sent ahead of the next statement.
    ahead: Ahead<C::Opening>,
    /// Whether anything was sent.
    begun: bool,
    /// Whether there is one to end: a single statement by itself needs none.
    transaction: bool,
    /// Tells it from every other one of the process.
    number: u64,
    /// Savepoints that are open.
    depth: usize,
    health: Health,
    /// It was asked for as read only.
    read_only: bool,
    /// What has run in it, or is about to, may change the session.
    distrusted: bool,
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

/// How a transaction ends whose work went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It may have written: the server has to say that it is committed.
    Commit,
    /// It was opened read only, and has nothing to report.
    Read,
}

impl<C: Driver> OpenTransaction<C> {
    pub(crate) fn new(loan: Loan<C>, start: Start<C::Opening>, read_only: bool) -> Self {
        let (transaction, opening) = match start {
            Start::Alone => (false, None),
            Start::InSession(opening) => (false, Some(opening)),
            Start::InTransaction(opening) => (true, Some(opening)),
        };
        Self {
            loan,
            transaction,
            ahead: Ahead { opening, ..Ahead::default() },
            begun: false,
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            depth: 0,
            health: Health::Sound,
            read_only,
            distrusted: false,
        }
    }

    // Not `async fn`: `Send` is said here, where it can be shown for every query: the compiler fails to for a particular one
    // (rust-lang/rust#100013).

    #[allow(clippy::manual_async_fn, reason = "for the `Send`")]
    pub(crate) fn load<'query, Q, U>(
        &mut self,
        query: &mut Q,
        wanted: Wanted,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        async move {
            let ahead = self.start()?;
            let loaded = {
                let mut underway = self.loan.underway();
                let (connection, session) = underway.parts();
                connection.load_after(session, ahead, query, wanted).await
            };
            self.ended(loaded)
        }
    }

    #[allow(clippy::manual_async_fn, reason = "for the `Send`")]
    pub(crate) fn execute<'query, Q>(
        &mut self,
        statement: Q,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Q: Execute<'query, C::Backend>,
    {
        async move {
            let ahead = self.start()?;
            let changed = {
                let mut underway = self.loan.underway();
                let (connection, session) = underway.parts();
                connection.execute_after(session, ahead, statement).await
            };
            self.ended(changed)
        }
    }

    /// Takes note of the types that a statement names.
    pub(crate) fn note_types(&mut self, named: impl FnOnce() -> Vec<String>) {
        C::note_types(self.loan.session(), named);
    }

    fn start(&mut self) -> QueryResult<Ahead<C::Opening>> {
        match self.health {
            Health::Sound => {}
            Health::Busy => return Err(PoolError::Cancelled.into()),
            Health::Aborted => return Err(PoolError::Aborted.into()),
        }
        self.begun = self.transaction;
        self.health = Health::Busy;
        let mut ahead = mem::take(&mut self.ahead);
        ahead.before_raw_sql = self.distrusted;
        Ok(ahead)
    }

    fn ended<T>(&mut self, result: QueryResult<T>) -> QueryResult<T> {
        if !self.transaction && result.is_ok() {
            // Nothing is open. After a failure the connection is cleaned all the same.
            self.loan.finished();
        }
        if result.as_ref().is_err_and(|error| C::spoils_the_connection(error, self.read_only)) {
            self.loan.discard();
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

    /// Ends the transaction as its work did: kept when that returned `Ok`, rolled back otherwise.
    pub(crate) async fn end<T, E>(self, result: Result<T, E>, ending: Ending) -> Result<T, E>
    where
        E: From<PoolError>,
    {
        match result {
            Ok(value) => {
                match ending {
                    Ending::Commit => self.commit().await?,
                    Ending::Read => self.end_read().await,
                }
                Ok(value)
            }
            // The error of the work says more than that of the rollback.
            Err(error) => {
                let _rolled_back = self.roll_back().await;
                Err(error)
            }
        }
    }

    pub(crate) async fn commit(mut self) -> Result<(), PoolError> {
        match self.health {
            Health::Busy => Err(PoolError::Cancelled),
            // A nested transaction that has not ended: see `is_innermost`.
            _ if self.depth > 0 => Err(PoolError::Cancelled),
            Health::Aborted => {
                self.roll_back().await?;
                Err(PoolError::Aborted)
            }
            Health::Sound if !self.begun => Ok(()),
            Health::Sound => {
                let committed = self.loan.connection().send(vec!["COMMIT".to_owned()]).await;
                if committed.as_ref().is_err_and(|error| C::spoils_the_connection(error, self.read_only)) {
                    self.loan.discard();
                }
                committed?;
                self.loan.finished();
                Ok(())
            }
        }
    }

    pub(crate) async fn roll_back(mut self) -> Result<(), PoolError> {
        if self.begun {
            self.loan.connection().roll_back().await?;
            self.loan.finished();
        }
        Ok(())
    }

    /// Ends a transaction that was opened read only, without waiting for the server where the driver need not. Its rows are
    /// there; if the end cannot be told, the connection is cleaned, or closed, as after any other transaction that has not ended.
    async fn end_read(mut self) {
        if self.begun && self.loan.connection().end_read().await.is_ok() {
            self.loan.finished();
        }
    }

    /// Has a statement sent ahead of the next one.
    pub(crate) fn send_ahead(&mut self, statement: &str) {
        self.ahead.savepoints.push(statement.to_owned());
    }

    /// Has the connection closed when the transaction has ended.
    pub(crate) fn close_afterwards(&mut self) {
        self.distrusted = true;
        self.loan.discard();
    }

    /// Lets nothing more run: something was dropped in the middle.
    pub(crate) fn cancel(&mut self) {
        self.health = Health::Busy;
    }
}

/// A savepoint that is open, or will be with the next statement.
pub(crate) struct Savepoint {
    name: String,
    depth: usize,
    /// Whose it is.
    transaction: u64,
}

/// Nested transactions.
impl<C: Driver> OpenTransaction<C> {
    /// Sets a savepoint, ahead of the next statement.
    pub(crate) fn set_savepoint(&mut self) -> Savepoint {
        self.depth += 1;
        let name = format!("tenancy_{}", self.depth);
        self.ahead.savepoints.push(format!("SAVEPOINT {name}"));
        Savepoint { name, depth: self.depth, transaction: self.number }
    }

    /// Whether the savepoint is the innermost of this transaction: the work of a nested transaction may have swapped the
    /// transaction that it was lent for another one.
    fn is_innermost(&self, savepoint: &Savepoint) -> bool {
        (savepoint.transaction, savepoint.depth) == (self.number, self.depth)
    }

    pub(crate) async fn keep(&mut self, savepoint: Savepoint) -> Result<(), PoolError> {
        if !self.is_innermost(&savepoint) {
            self.cancel();
        }
        match self.health {
            Health::Sound => {}
            Health::Busy => return Err(PoolError::Cancelled),
            Health::Aborted => {
                self.undo(savepoint).await?;
                return Err(PoolError::Aborted);
            }
        }
        self.depth -= 1;
        if !self.withdraw(&savepoint) {
            self.ahead.savepoints.push(format!("RELEASE SAVEPOINT {}", savepoint.name));
        }
        Ok(())
    }

    pub(crate) async fn undo(&mut self, savepoint: Savepoint) -> Result<(), PoolError> {
        if !self.is_innermost(&savepoint) {
            self.cancel();
            return Err(PoolError::Cancelled);
        }
        self.depth -= 1;
        if self.withdraw(&savepoint) {
            return Ok(());
        }
        if self.health == Health::Busy {
            return Err(PoolError::Cancelled);
        }
        // Pending releases of savepoints inside this one go with it.
        self.ahead.savepoints.clear();
        let name = &savepoint.name;
        let undo = vec![format!("ROLLBACK TO SAVEPOINT {name}"), format!("RELEASE SAVEPOINT {name}")];
        self.health = Health::Busy;
        let undone = self.loan.underway().parts().0.send(undo).await;
        self.health = if undone.is_ok() { Health::Sound } else { Health::Aborted };
        Ok(undone?)
    }

    /// Takes a savepoint back that was not sent yet, with whatever was to follow it.
    fn withdraw(&mut self, savepoint: &Savepoint) -> bool {
        let setting = format!("SAVEPOINT {}", savepoint.name);
        match self.ahead.savepoints.iter().position(|statement| *statement == setting) {
            Some(position) => {
                self.ahead.savepoints.truncate(position);
                true
            }
            None => false,
        }
    }
}
