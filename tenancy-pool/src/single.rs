//! Single statements, each in a transaction of its own.

use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LimitDsl;
use diesel_async::AsyncConnectionCore;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::Scoped;

use super::driver::TenantConnection;
use super::error::TenantsError;
use super::run::{Execute, Load, OurOwn, Rows};
use super::run_query_dsl::{Transaction, first};
use super::statement::Statement;
use super::tenant_key::TenantKey;
use super::tenants::Tenants;
use crate::source::Within;

/// The database that connection `C` leads to.
type BackendOf<C> = <C as AsyncConnectionCore>::Backend;

impl<C: TenantConnection> Tenants<C> {
    /// Runs one query, and returns its rows. On PostgreSQL it takes one round trip, and two for a statement that writes.
    ///
    /// Behind the second wall, and wherever else a setting goes ahead of it, a query runs in a read-only transaction; elsewhere it is
    /// sent by itself, which takes one round trip on MySQL as well. A `FOR UPDATE` belongs into a
    /// [`transaction`](Self::transaction) in either case: what it locks, a single query lets go at once.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), and the statement's.
    pub fn load<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        query: Q,
    ) -> BoxFuture<'a, Result<Vec<U>, TenantsError>>
    where
        I: TenantKey,
        B: 'static,
        Q: AsQuery<Query: Statement<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        self.single(scope, query.as_query(), Rows::All).boxed()
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
    ) -> BoxFuture<'a, Result<U, TenantsError>>
    where
        I: TenantKey,
        B: 'static,
        Q: AsQuery<Query: Statement<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        let query = query.as_query();
        async move { Ok(first(self.single(scope, query, Rows::First).await?)?) }.boxed()
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
    ) -> BoxFuture<'a, Result<U, TenantsError>>
    where
        I: TenantKey,
        B: 'static,
        Q: LimitDsl,
        Limit<Q>: AsQuery<Query: Statement<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        let query = LimitDsl::limit(query, 1).as_query();
        async move { Ok(first(self.single(scope, query, Rows::First).await?)?) }.boxed()
    }

    /// Runs one statement, and returns how many rows it changed. On PostgreSQL it takes two round trips, and one more where
    /// Diesel does not keep the statement prepared: an INSERT of several rows by `values`, or one whose fields may be left to
    /// their defaults.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), the statement's, and as [`TenantTx::commit`](super::TenantTx::commit).
    pub fn execute<'a, 'query: 'a, I, B, Q, Kind>(
        &'a self,
        scope: &'a Scoped<I, B>,
        statement: Q,
    ) -> BoxFuture<'a, Result<usize, TenantsError>>
    where
        I: TenantKey,
        B: 'static,
        Q: Statement<Within<I, B>, Kind> + Execute<'query, BackendOf<C>>,
    {
        async move {
            let mut tx = self.begin(scope).await?;
            match Transaction::execute(&mut tx, statement, Q::RAW_SQL_SHOWS, OurOwn).await {
                Ok(changed) => tx.commit().await.map(|()| changed),
                Err(error) => {
                    let _rolled_back = tx.rollback().await;
                    Err(error.into())
                }
            }
        }
        .boxed()
    }

    #[allow(clippy::manual_async_fn, reason = "for the `Send`: see `OpenTransaction::load`")]
    fn single<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        query: Q,
        rows: Rows,
    ) -> impl Future<Output = Result<Vec<U>, TenantsError>> + Send + 'a
    where
        I: TenantKey,
        B: 'static,
        Q: Statement<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>,
        U: Send + 'a,
    {
        async move {
            let mut tx =
                if Q::WRITES { self.begin(scope).await? } else { self.begin_single_read(scope).await? };
            match tx.load(query, rows, Q::RAW_SQL_SHOWS).await {
                Ok(rows) if Q::WRITES => tx.commit().await.map(|()| rows),
                Ok(rows) => tx.end_read().await.map(|()| rows),
                Err(error) => {
                    let _rolled_back = tx.rollback().await;
                    Err(error.into())
                }
            }
        }
    }
}
