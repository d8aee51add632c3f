//! What a transaction asks of a connection, for each database.

use std::future::Future;

use diesel::connection::TransactionManagerStatus;
use diesel::result::DatabaseErrorKind;
use diesel::{ConnectionResult, QueryResult};
use diesel_async::{AsyncConnection, TransactionManager};

use super::builder::BuildError;
use super::opening::{Before, Opening};
use super::options::TransactionOptions;
use super::pool::Session;
use super::run::{Execute, Load, OurOwn, Rows};
use crate::dialect::TenantBackend;
use crate::placement::DatabaseAddress;
use crate::rls::{RowSecurity, Waivers};

#[cfg(feature = "tenants-mysql")]
mod mysql;
#[cfg(feature = "tenants-postgres")]
mod postgres;
#[cfg(feature = "tenants-sqlite")]
mod sqlite;

/// What becomes of a connection whose transaction was left in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandoned {
    /// It is rolled back in a task of its own, and serves again once the server has said so.
    RollBack,
    /// It is closed: the driver may have left a response half read.
    #[cfg_attr(not(feature = "tenants-mysql"), allow(dead_code, reason = "of the MySQL driver"))]
    Close,
}

/// A connection that tenant transactions run on: diesel-async's to PostgreSQL, MySQL or SQLite. Sealed.
pub trait TenantConnection: Driver {}

impl<C: Driver> TenantConnection for C {}

/// The driver's part, hidden so that no connection of one's own slips in.
pub trait Driver:
    AsyncConnection<Backend: TenantBackend + Default + Sync + 'static> + Sized + 'static
{
    #[doc(hidden)]
    const ABANDONED: Abandoned;

    /// Whether a statement that failed in this way took the transaction with it, or may have.
    #[doc(hidden)]
    fn aborts(kind: &DatabaseErrorKind) -> bool {
        use DatabaseErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation};
        // MySQL undoes only the statement for these; a deadlock undoes the transaction, and what comes next would be
        // committed by itself.
        !matches!(kind, UniqueViolation | ForeignKeyViolation | NotNullViolation | CheckViolation)
    }

    /// Whether the database has the second wall, and so a setting for the tenant.
    #[doc(hidden)]
    const HAS_WALL: bool;

    /// Whether a SELECT is unfit for Diesel's statement cache only for raw SQL.
    #[doc(hidden)]
    const RAW_SQL_SHOWS: bool;

    /// How connections are made.
    #[doc(hidden)]
    type ConnectOptions: Clone + Default + Send + Sync + 'static;

    /// Makes a connection.
    #[doc(hidden)]
    fn connect(
        address: &DatabaseAddress,
        options: &Self::ConnectOptions,
    ) -> impl Future<Output = ConnectionResult<Session<Self>>> + Send;

    /// Refuses a database whose second wall has holes.
    #[doc(hidden)]
    fn inspect(
        &mut self,
        security: &RowSecurity,
        waivers: &Waivers,
        pooled: bool,
    ) -> impl Future<Output = Result<(), BuildError>> + Send {
        let _ = (security, waivers, pooled);
        std::future::ready(Ok(()))
    }

    /// Whether the database takes several statements in one message.
    #[doc(hidden)]
    const ONE_MESSAGE: bool = false;

    /// Writes the statements that begin a transaction.
    #[doc(hidden)]
    fn begin(options: &TransactionOptions, opening: &mut Opening);

    /// Whether the connection is known to be closed, without asking the server.
    #[doc(hidden)]
    fn is_closed(&mut self) -> bool {
        false
    }

    /// Sends `before` and then the statement, and waits for both.
    #[doc(hidden)]
    fn load_after<'query, Q, U>(
        &mut self,
        before: &mut Before,
        query: Q,
        rows: Rows,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, Self::Backend, U>,
        U: Send,
    {
        async move {
            send_each(self, before.texts()).await?;
            query.load_on(self, rows).await
        }
    }

    /// As [`load_after`](Self::load_after), for the count of the rows.
    #[doc(hidden)]
    fn execute_after<'query, Q>(
        &mut self,
        before: &mut Before,
        statement: Q,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Q: Execute<'query, Self::Backend>,
    {
        async move {
            send_each(self, before.texts()).await?;
            statement.execute_on(self, OurOwn).await
        }
    }

    /// Sends statements whose rows nobody reads, in as few messages as the database takes, and waits.
    #[doc(hidden)]
    fn send(&mut self, statements: Vec<String>) -> impl Future<Output = QueryResult<()>> + Send {
        async move { send_each(self, statements.iter()).await }
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

async fn send_each<C: AsyncConnection>(
    connection: &mut C,
    statements: impl Iterator<Item = &String>,
) -> QueryResult<()> {
    for statement in statements {
        connection.batch_execute(statement).await?;
    }
    Ok(())
}
