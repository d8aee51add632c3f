//! Single statements, each in a transaction of its own.

use std::time::Instant;

use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LimitDsl;
use diesel_async::AsyncConnectionCore;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::{Scoped, ToTenantKey};
use tenancy_diesel::Within;

use super::TenantPool;
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::statement::{Execute, Executor, Load, OurOwn, RunsIn, Wanted, first};
use crate::transaction::Ending;

/// The database that connection `C` leads to.
type BackendOf<C> = <C as AsyncConnectionCore>::Backend;

impl<C: TenantConnection> TenantPool<C> {
    /// Runs one query, and returns its rows. On PostgreSQL it takes one round trip, and two for a statement that writes.
    ///
    /// Behind the second wall, wherever else a setting goes ahead of it, and on a connection whose last transaction may have written, a
    /// query runs in a read-only transaction; elsewhere it is sent by itself, which takes one round trip on MySQL as well. A `FOR UPDATE` belongs into a
    /// [`transaction`](Self::transaction) in either case: what it locks, a single query lets go at once.
    ///
    /// On PostgreSQL a query that only reads, and calls no function that is not known to be harmless, is run once more on a new connection
    /// where the old one failed it: because a migration has changed what was prepared on it, or the server has closed it.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), and the statement's.
    pub fn load<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        query: Q,
    ) -> BoxFuture<'a, Result<Vec<U>, PoolError>>
    where
        I: ToTenantKey,
        B: 'static,
        Q: AsQuery<Query: RunsIn<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        self.single(scope, query.as_query(), Wanted::All).boxed()
    }

    /// Runs one query, and returns its first row, or `NotFound`. As [`load`](Self::load).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn get_result<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        query: Q,
    ) -> BoxFuture<'a, Result<U, PoolError>>
    where
        I: ToTenantKey,
        B: 'static,
        Q: AsQuery<Query: RunsIn<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        let query = query.as_query();
        async move { Ok(first(self.single(scope, query, Wanted::First).await?)?) }.boxed()
    }

    /// Runs one query with `LIMIT 1`, and returns its row, or `NotFound`. As [`load`](Self::load).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn first<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        query: Q,
    ) -> BoxFuture<'a, Result<U, PoolError>>
    where
        I: ToTenantKey,
        B: 'static,
        Q: LimitDsl,
        Limit<Q>: AsQuery<Query: RunsIn<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        let query = LimitDsl::limit(query, 1).as_query();
        async move { Ok(first(self.single(scope, query, Wanted::First).await?)?) }.boxed()
    }

    /// Runs one statement, and returns how many rows it changed. On PostgreSQL it takes two round trips, and one more where
    /// Diesel does not keep the statement prepared: an INSERT of several rows by `values`, or one whose fields may be left to
    /// their defaults.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), the statement's, and as [`TenantTransaction::commit`](crate::TenantTransaction::commit).
    pub fn execute<'a, 'query: 'a, I, B, Q, Kind>(
        &'a self,
        scope: &'a Scoped<I, B>,
        statement: Q,
    ) -> BoxFuture<'a, Result<usize, PoolError>>
    where
        I: ToTenantKey,
        B: 'static,
        Q: RunsIn<Within<I, B>, Kind> + Execute<'query, BackendOf<C>>,
    {
        async move {
            let mut tx = self.begin(scope).await?;
            let changed = Executor::execute(&mut tx, statement, Q::RAW_SQL_SHOWS, OurOwn).await;
            tx.end(changed.map_err(PoolError::from), Ending::Commit).await
        }
        .boxed()
    }

    #[allow(clippy::manual_async_fn, reason = "for the `Send`: see `OpenTransaction::load`")]
    fn single<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        mut query: Q,
        wanted: Wanted,
    ) -> impl Future<Output = Result<Vec<U>, PoolError>> + Send + 'a
    where
        I: ToTenantKey,
        B: 'static,
        Q: RunsIn<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>,
        U: Send + 'a,
    {
        async move {
            if Q::WRITES {
                let mut tx = self.begin(scope).await?;
                let rows = tx.load_lent(&mut query, wanted, Q::RAW_SQL_SHOWS).await;
                return tx.end(rows.map_err(PoolError::from), Ending::Commit).await;
            }
            let mut tx = self.begin_single_query(scope, None).await?;
            let mut rows = tx.load_lent(&mut query, wanted, Q::RAW_SQL_SHOWS).await;
            // Once: what fails on a new connection as well is no fault of the old one's.
            if rows.as_ref().is_err_and(|error| tx.may_read_again(error)) {
                let failed = Instant::now();
                tx.close().await;
                tx = self.begin_single_query(scope, Some(failed)).await?;
                rows = tx.load_lent(&mut query, wanted, Q::RAW_SQL_SHOWS).await;
            }
            tx.end(rows.map_err(PoolError::from), Ending::Read).await
        }
    }
}
