//! Raw SQL in a tenant's transaction, or in one over a set of tenants, behind the second wall.

use std::future::Future;
use std::panic::Location;

use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::pg::Pg;
use diesel::query_builder::BoxedSqlQuery;
use diesel::query_builder::SqlQuery;
use diesel::query_dsl::CompatibleType;
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};
use diesel_async::AsyncPgConnection;

use tenancy_core::ToTenantKey;

use super::control::controls_the_transaction;
use super::{OpenTransaction, SetTransaction, TenantTransaction};
use crate::driver::TenantConnection;
use crate::error::RawSqlRefused;
use crate::statement::{Wanted, first};

/// Refuses SQL that would end the transaction.
fn refuse_control(sql: &str) -> Result<(), RawSqlRefused> {
    if controls_the_transaction(sql) { Err(RawSqlRefused::TransactionControl) } else { Ok(()) }
}

/// Raw SQL that is about to run in a tenant's transaction.
#[must_use = "raw SQL runs when it is executed or loaded"]
pub struct RawSql<'tx, C: TenantConnection = AsyncPgConnection> {
    open: &'tx mut OpenTransaction<C>,
    query: BoxedSqlQuery<'static, Pg, SqlQuery>,
}

impl<C, I, B> TenantTransaction<C, I, B>
where
    C: TenantConnection<Backend = Pg>,
    I: ToTenantKey,
    B: 'static,
{
    /// Raw SQL, of which only row-level security decides what it sees.
    ///
    /// It takes one statement, with its values bound as `$1`, `$2`, … Recorded in the audit. The connection is closed after
    /// the transaction, because raw SQL can change the session.
    ///
    /// # Tenancy
    ///
    /// With a sealed wall, whatever the statement is, it reads and writes this tenant's rows. With a plain one that holds
    /// for every statement that leaves the setting `tenancy.tenant` alone, so never build its text from what a user says.
    ///
    /// # Errors
    ///
    /// [`RawSqlRefused`] where there is no wall, if the reason is blank, or if the statement would end the transaction.
    ///
    /// # Examples
    ///
    /// ```
    /// use diesel::prelude::*;
    /// use diesel::sql_types::{BigInt, Text};
    /// use diesel_async::AsyncPgConnection;
    /// use tenancy_pool::TenantTransaction;
    ///
    /// #[derive(QueryableByName)]
    /// struct Count {
    ///     #[diesel(sql_type = BigInt)]
    ///     count: i64,
    /// }
    ///
    /// async fn matching(tx: &mut TenantTransaction<AsyncPgConnection>, words: &str) -> QueryResult<Count> {
    ///     tx.raw("full-text search has no Diesel form", "SELECT count(*) FROM agents WHERE notes @@ to_tsquery($1)")?
    ///         .bind::<Text, _>(words.to_owned())
    ///         .get_result()
    ///         .await
    /// }
    /// ```
    #[track_caller]
    pub fn raw<'tx>(&'tx mut self, reason: &str, sql: &str) -> Result<RawSql<'tx, C>, RawSqlRefused> {
        refuse_control(sql)?;
        self.record_raw(reason, Location::caller())?;
        Ok(RawSql::new(self.checked.open(), sql))
    }
}

impl<C: TenantConnection<Backend = Pg>, I: ToTenantKey> SetTransaction<C, I> {
    /// Raw SQL that reads over the tenants of the set, of which only row-level security decides what it sees. As
    /// [`TenantTransaction::raw`].
    ///
    /// # Tenancy
    ///
    /// With a sealed wall, whatever the statement is, it reads these tenants' rows and writes none. With a plain one that holds for
    /// every statement that leaves the setting `tenancy.tenant` and the role alone, so never build its text from what a user says.
    ///
    /// # Errors
    ///
    /// As [`TenantTransaction::raw`].
    #[track_caller]
    pub fn raw<'tx>(&'tx mut self, reason: &str, sql: &str) -> Result<RawSql<'tx, C>, RawSqlRefused> {
        refuse_control(sql)?;
        self.record_raw(reason, Location::caller())?;
        Ok(RawSql::new(self.checked.open(), sql))
    }
}

impl<'tx, C: TenantConnection<Backend = Pg>> RawSql<'tx, C> {
    fn new(open: &'tx mut OpenTransaction<C>, sql: &str) -> Self {
        Self { open, query: diesel::sql_query(sql).into_boxed() }
    }

    /// Binds the next value, which it owns.
    pub fn bind<ST, Value>(mut self, value: Value) -> Self
    where
        Pg: HasSqlType<ST>,
        Value: ToSql<ST, Pg> + Send + 'static,
        ST: Send + 'static,
    {
        self.query = self.query.bind::<ST, Value>(value);
        self
    }

    /// Runs it, and returns how many rows it changed.
    ///
    /// # Errors
    ///
    /// The server's.
    pub fn execute(self) -> impl Future<Output = QueryResult<usize>> + Send {
        self.open.execute(self.query)
    }

    /// Runs it, and returns its rows: of a type that derives `QueryableByName`.
    ///
    /// # Errors
    ///
    /// The server's, and those of reading the rows.
    pub fn load<U>(self) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Untyped: CompatibleType<U, Pg, SqlType = Untyped>,
        U: FromSqlRow<Untyped, Pg> + Send + 'static,
        Pg: QueryMetadata<Untyped>,
    {
        let Self { open, mut query } = self;
        async move { open.load(&mut query, Wanted::All).await }
    }

    /// Runs it, and returns its first row, or [`NotFound`](diesel::result::Error::NotFound).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub async fn get_result<U>(mut self) -> QueryResult<U>
    where
        Untyped: CompatibleType<U, Pg, SqlType = Untyped>,
        U: FromSqlRow<Untyped, Pg> + Send + 'static,
        Pg: QueryMetadata<Untyped>,
    {
        first(self.open.load(&mut self.query, Wanted::First).await?)
    }
}
