//! What a transaction asks of a connection, for each database.
//!
//! The rest of the crate lends a connection, has the driver say what opens a transaction, has it sent ahead of the first
//! statement, and ends it. What a database has of its own (a second wall, a search path, a message of several statements)
//! is known here and nowhere else.

use std::future::Future;
use std::sync::Arc;

use diesel::backend::Backend;
use diesel::connection::TransactionManagerStatus;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::{ConnectionResult, QueryResult};
use diesel_async::{AsyncConnection, TransactionManager};
use tenancy_core::placement::{DatabaseAddress, Placement};
use tenancy_diesel::TenantBackend;

use crate::error::{BuildError, PoolError};
use crate::options::TransactionOptions;
use crate::statement::{Execute, Load, Wanted};
use crate::transaction::Tenants;

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

/// What becomes of a connection whose transaction was left in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandoned {
    /// It is rolled back in a task of its own, and serves again once the server has said so.
    RollBack,
    /// It is closed: the driver may have left a response half read.
    #[cfg_attr(not(feature = "mysql"), allow(dead_code, reason = "of the MySQL driver"))]
    Close,
}

/// For what a transaction is to begin.
#[cfg_attr(
    not(any(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(dead_code, reason = "only drivers read it")
)]
#[derive(Debug)]
pub struct Beginning<'a> {
    /// For the wall, and for refusals.
    #[cfg_attr(
        not(any(feature = "rls", feature = "mysql", feature = "sqlite")),
        allow(dead_code, reason = "PostgreSQL without the wall has no use for it")
    )]
    pub(crate) tenants: &'a Tenants,
    pub(crate) placement: &'a Placement,
    pub(crate) options: TransactionOptions,
    /// The application's own, right after the BEGIN.
    pub(crate) first_statements: Vec<String>,
    /// The statement, where it is to be the only one.
    pub(crate) single: Option<Single>,
}

/// A statement that is all there is to run. It is one transaction by itself as well, and sees one snapshot.
#[cfg_attr(
    not(any(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(dead_code, reason = "only drivers read it")
)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Single {
    pub(crate) writes: bool,
    /// All that it calls is known to leave the session alone.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "elsewhere there is no such session"))]
    pub(crate) harmless: bool,
}

/// How statements are let run.
#[derive(Debug)]
pub enum Start<Opening> {
    /// A single one by itself.
    Alone,
    /// A single one by itself, behind what is told to the session.
    #[cfg_attr(
        not(feature = "postgres"),
        allow(dead_code, reason = "only PostgreSQL's driver tells a session")
    )]
    InSession(Opening),
    /// In a transaction, which this opens.
    InTransaction(Opening),
}

/// What goes ahead of a statement: what opens the transaction, then savepoints and their ends.
#[cfg_attr(
    not(any(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(dead_code, reason = "only drivers read it")
)]
#[derive(Debug)]
pub struct Ahead<Opening> {
    pub(crate) opening: Option<Opening>,
    pub(crate) savepoints: Vec<String>,
    /// Nothing but the database keeps what comes behind it to its tenant: raw SQL, or what calls unknown functions.
    pub(crate) before_raw_sql: bool,
}

impl<Opening> Default for Ahead<Opening> {
    fn default() -> Self {
        Self { opening: None, savepoints: Vec::new(), before_raw_sql: false }
    }
}

/// Whom a session remembers beyond the end of a transaction, to those who ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembers {
    /// Themselves: they need not be told again, or only in part.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "elsewhere no session remembers"))]
    Them,
    /// Nobody.
    Nobody,
    /// Somebody else, it may be.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "elsewhere no session remembers"))]
    Others,
}

/// What the ids of a tenant column are declared to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// Texts, which a column of numbers takes for numbers.
    Texts,
    /// Whole numbers, which a column of floating-point numbers rounds.
    Numbers,
    /// Bytes, which a column of texts takes for letters.
    Bytes,
    /// Something else, which has one spelling.
    Others,
}

/// A connection that tenant transactions run on: diesel-async's to PostgreSQL, MySQL or SQLite, and with the feature `one-sync`
/// `OneSyncConnection` to PostgreSQL. Sealed.
pub trait TenantConnection: Driver {}

impl<C: Driver> TenantConnection for C {}

/// The driver's part, hidden so that no connection of one's own slips in.
pub trait Driver:
    AsyncConnection<Backend: TenantBackend + Backend<QueryBuilder: Default> + Default + Sync + 'static>
    + Sized
    + 'static
{
    #[doc(hidden)]
    const ABANDONED: Abandoned;

    /// Whether a SELECT is unfit for Diesel's statement cache only for raw SQL.
    #[doc(hidden)]
    const RAW_SQL_SHOWS: bool;

    /// What has foreign keys checked when the transaction ends, for the rest of it, as far as they can be. `None` where none can.
    #[doc(hidden)]
    const DEFERS_KEYS: Option<&'static str>;

    /// What the builder is told that only this database has.
    #[doc(hidden)]
    type Options: Clone + Default + Send + Sync + 'static;

    /// What all transactions of a pool keep to: the options, decided.
    #[doc(hidden)]
    type Rules: Send + Sync + 'static;

    /// What is known of one connection's session on the server.
    #[doc(hidden)]
    type Session: Default + Send + 'static;

    /// What opens a transaction.
    #[doc(hidden)]
    type Opening: Send;

    /// Decides the rules, and refuses what leaves open how tenants are kept apart. `placed` says that tenants may have places
    /// of their own.
    #[doc(hidden)]
    fn rules(options: &Self::Options, placed: bool) -> Result<Self::Rules, BuildError>;

    /// Whether raw SQL is stopped by the database itself.
    #[doc(hidden)]
    fn is_walled(rules: &Self::Rules) -> bool {
        let _ = rules;
        false
    }

    /// Functions that the application says to leave the session alone.
    #[doc(hidden)]
    fn harmless_functions(rules: &Self::Rules) -> Option<Arc<[String]>> {
        let _ = rules;
        None
    }

    /// Makes a connection.
    #[doc(hidden)]
    fn connect(
        address: &DatabaseAddress,
        options: &Self::Options,
    ) -> impl Future<Output = ConnectionResult<(Self, Self::Session)>> + Send;

    /// Refuses a database that does not keep its part of the promise.
    #[doc(hidden)]
    fn inspect(&mut self, rules: &Self::Rules) -> impl Future<Output = Result<(), BuildError>> + Send {
        let _ = rules;
        std::future::ready(Ok(()))
    }

    /// As [`inspect`](Self::inspect), of a connection for what is read before admission.
    #[doc(hidden)]
    fn inspect_admission(
        &mut self,
        rules: &Self::Rules,
    ) -> impl Future<Output = Result<(), BuildError>> + Send {
        let _ = rules;
        std::future::ready(Ok(()))
    }

    /// What a query with one number `count` returns.
    #[doc(hidden)]
    fn count(&mut self, query: String) -> impl Future<Output = QueryResult<i64>> + Send;

    /// A query for [`count`](Self::count) that counts a column if it is of a type that would spoil such ids, and the database
    /// stores and compares them all the same. What it is given stands in quotes already.
    #[doc(hidden)]
    fn counts_if_spoilt(ids: Ids, table: &str, column: &str) -> Option<String> {
        let _ = (ids, table, column);
        None
    }

    /// As [`inspect`](Self::inspect), for a tenant's own schema. Each is looked at once.
    #[doc(hidden)]
    fn inspect_schema(
        &mut self,
        session: &mut Self::Session,
        rules: &Self::Rules,
        placement: &Placement,
    ) -> impl Future<Output = Result<(), PoolError>> + Send {
        let _ = (session, rules, placement);
        std::future::ready(Ok(()))
    }

    /// Whether a connection may serve a place, which was looked at.
    #[doc(hidden)]
    fn serves(rules: &Self::Rules, session: &mut Self::Session, placement: &Placement) -> bool {
        let _ = (rules, session, placement);
        true
    }

    /// Takes note of the types that a statement has looked up by their names, which stay known on the connection. `named` is
    /// asked where it matters.
    #[doc(hidden)]
    fn note_types(session: &mut Self::Session, named: impl FnOnce() -> Vec<String>) {
        let _ = (session, named);
    }

    /// What goes ahead of the first statement of a tenant's, or of nobody's.
    #[doc(hidden)]
    fn opening(
        rules: &Self::Rules,
        session: &Self::Session,
        beginning: Beginning<'_>,
    ) -> Result<Start<Self::Opening>, PoolError>;

    /// Whom a session remembers, of whom it was told for longer than a transaction.
    #[doc(hidden)]
    fn remembers(session: &Self::Session, tenants: &Tenants) -> Remembers {
        let _ = (session, tenants);
        Remembers::Nobody
    }

    /// What opens a transaction that spans tenants.
    #[doc(hidden)]
    fn opening_across(session: &Self::Session, options: TransactionOptions) -> Self::Opening;

    /// Whether the connection is known to be closed, without asking the server.
    #[doc(hidden)]
    fn is_closed(&mut self) -> bool {
        false
    }

    /// Sends what goes ahead and then the query, and waits for both.
    #[doc(hidden)]
    fn load_after<'query, Q, U>(
        &mut self,
        session: &mut Self::Session,
        ahead: Ahead<Self::Opening>,
        query: &mut Q,
        wanted: Wanted,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, Self::Backend, U>,
        U: Send;

    /// As [`load_after`](Self::load_after), for the count of the rows.
    #[doc(hidden)]
    fn execute_after<'query, Q>(
        &mut self,
        session: &mut Self::Session,
        ahead: Ahead<Self::Opening>,
        statement: Q,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Q: Execute<'query, Self::Backend>;

    /// Sends statements whose rows nobody reads, in as few messages as the database takes, and waits.
    #[doc(hidden)]
    fn send(&mut self, statements: Vec<String>) -> impl Future<Output = QueryResult<()>> + Send {
        async move { send_each(self, statements).await }
    }

    /// Ends a transaction that has only read. It returns when the end is queued before whatever comes next on this
    /// connection; whether the server has answered is not known.
    #[doc(hidden)]
    fn end_read(&mut self) -> impl Future<Output = QueryResult<()>> + Send {
        async move { self.batch_execute("COMMIT").await }
    }

    /// Ends whatever transaction is open, and waits for the server to say so.
    #[doc(hidden)]
    fn roll_back(&mut self) -> impl Future<Output = QueryResult<()>> + Send {
        async move { self.batch_execute("ROLLBACK").await }
    }

    /// Whether a statement that failed in this way took the transaction with it, or may have.
    #[doc(hidden)]
    fn aborts(kind: &DatabaseErrorKind) -> bool;

    /// Whether a statement that failed in this way will fail in the same way whenever it is run on this connection again.
    /// `read_only` says that the transaction was asked for as read only.
    #[doc(hidden)]
    fn spoils_the_connection(error: &Error, read_only: bool) -> bool {
        let _ = (error, read_only);
        false
    }

    /// Whether a query that only reads has failed for the connection's sake alone, and would not on a new one: the connection was
    /// spoiled, or the server has closed it.
    #[doc(hidden)]
    fn loses_a_read(error: &Error) -> bool {
        let _ = error;
        false
    }

    /// Makes the pool throw the connection away when it comes back.
    #[doc(hidden)]
    fn mark_broken(&mut self) {
        *Self::TransactionManager::transaction_manager_status_mut(self) = TransactionManagerStatus::InError;
    }

    /// Whether [`mark_broken`](Self::mark_broken) was called, or a transaction of Diesel's went wrong.
    #[doc(hidden)]
    fn is_marked_broken(&mut self) -> bool {
        matches!(
            Self::TransactionManager::transaction_manager_status_mut(self),
            TransactionManagerStatus::InError
        )
    }
}

/// One number.
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Each statement in a message of its own.
async fn send_each<C: AsyncConnection>(connection: &mut C, statements: Vec<String>) -> QueryResult<()> {
    for statement in statements {
        connection.batch_execute(&statement).await?;
    }
    Ok(())
}

/// What goes ahead, on databases that are told each statement by itself.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
fn one_by_one(ahead: Ahead<Vec<String>>) -> Vec<String> {
    let mut statements = ahead.opening.unwrap_or_default();
    statements.extend(ahead.savepoints);
    statements
}

/// What opens a tenant's transaction on databases without schemas and settings: the BEGIN, and the application's statements.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
fn plain_opening(
    beginning: Beginning<'_>,
    begin: impl FnOnce(TransactionOptions) -> Vec<String>,
) -> Result<Start<Vec<String>>, PoolError> {
    if let (Some(tenant), Some(_)) = (beginning.tenants.each().first(), beginning.placement.schema()) {
        return Err(PoolError::NoSchemas { tenant: tenant.clone() });
    }
    if beginning.single.is_some_and(|single| !single.writes) && beginning.first_statements.is_empty() {
        return Ok(Start::Alone);
    }
    let mut opening = begin(beginning.options);
    opening.extend(beginning.first_statements);
    Ok(Start::InTransaction(opening))
}
