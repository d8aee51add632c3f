//! The database as nobody's: what all tenants share.

use std::fmt;

use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LimitDsl;
use futures_util::future::BoxFuture;
use tenancy_diesel::Unowned;

use super::TenantPool;
use super::pool_as::PoolAs;
use super::single::BackendOf;
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::options::TransactionOptions;
use crate::statement::{Execute, Executor, Load, OurOwn, RunsIn, Sealed};
use crate::transaction::{AsyncFunc, GlobalTransaction, Nobody};

/// The database as nobody's: it runs statements of tables that are declared global, without a scope.
///
/// [`TenantPool::global`] makes it. For what is read before a tenant is known (users, memberships, plans), or where none is meant.
/// It has the methods that the pool has for a scope; and statements run on it by the verbs of
/// [`RunQueryDsl`](crate::RunQueryDsl) as well, `plans::table.load(&mut pool.global())`.
///
/// # Tenancy
///
/// What runs is what a tenant's transaction would run of global tables, and less: no tenant's table in any position, not with a
/// scope either. That holds for writes too. Whoever may run code may write a global table here, as in a tenant's transaction,
/// where the *database* lets the application's role do so; the wall's migration lets it read them, and nothing more. A
/// single query is read only.
///
/// Behind the second wall the role is the application's, and the session is told that it has no tenant.
///
/// # Where
///
/// In the database that the pool was built with, along the path of the shared tables, wherever tenants live. A tenant with a schema or a
/// database of its own finds the global tables of *that* place in its transactions: whether these are the same rows is the
/// application's business. No limit of one tenant's connections counts, and the builder's `first_statements`, which are written for
/// a tenant, are not sent.
#[must_use = "a handle does nothing until a statement runs on it"]
pub struct GlobalHandle<C: TenantConnection> {
    pool: PoolAs<C, Nobody>,
}

impl<C: TenantConnection> GlobalHandle<C> {
    pub(super) const fn new(pool: TenantPool<C>) -> Self {
        Self { pool: PoolAs::new(pool, Nobody) }
    }

    /// Runs one query, and returns its rows. As [`TenantPool::load`].
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), and the statement's.
    pub fn load<'a, 'query: 'a, Q, Kind, U>(&'a self, query: Q) -> BoxFuture<'a, Result<Vec<U>, PoolError>>
    where
        Q: AsQuery<Query: RunsIn<Unowned, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        self.pool.load(query)
    }

    /// Runs one query, and returns its first row, or `NotFound`. As [`load`](Self::load).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn get_result<'a, 'query: 'a, Q, Kind, U>(&'a self, query: Q) -> BoxFuture<'a, Result<U, PoolError>>
    where
        Q: AsQuery<Query: RunsIn<Unowned, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        self.pool.get_result(query)
    }

    /// Runs one query with `LIMIT 1`, and returns its row, or `NotFound`. As [`load`](Self::load).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn first<'a, 'query: 'a, Q, Kind, U>(&'a self, query: Q) -> BoxFuture<'a, Result<U, PoolError>>
    where
        Q: LimitDsl,
        Limit<Q>: AsQuery<Query: RunsIn<Unowned, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        self.get_result(LimitDsl::limit(query, 1))
    }

    /// Runs one statement, and returns how many rows it changed. As [`TenantPool::execute`].
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), the statement's, and as [`GlobalTransaction::commit`].
    pub fn execute<'a, 'query: 'a, Q, Kind>(&'a self, statement: Q) -> BoxFuture<'a, Result<usize, PoolError>>
    where
        Q: RunsIn<Unowned, Kind> + Execute<'query, BackendOf<C>>,
    {
        self.pool.execute(statement)
    }

    /// Opens a transaction.
    ///
    /// # Errors
    ///
    /// [`PoolError`] if no connection can be had.
    pub async fn begin(&self) -> Result<GlobalTransaction<C>, PoolError> {
        self.begin_with(TransactionOptions::new()).await
    }

    /// As [`begin`](Self::begin), opened as `options` say.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_with(&self, options: TransactionOptions) -> Result<GlobalTransaction<C>, PoolError> {
        Ok(GlobalTransaction::new(self.pool.open(options).await?))
    }

    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back otherwise.
    ///
    /// # Errors
    ///
    /// What `work` returns, and as [`begin`](Self::begin) and [`GlobalTransaction::commit`].
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut GlobalTransaction<C>) -> Result<T, E>
            + AsyncFunc<&'tx mut GlobalTransaction<C>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<PoolError> + Send,
    {
        self.transaction_with(TransactionOptions::new(), work).await
    }

    /// As [`transaction`](Self::transaction), opened as `options` say.
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction).
    pub async fn transaction_with<T, E, F>(&self, options: TransactionOptions, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut GlobalTransaction<C>) -> Result<T, E>
            + AsyncFunc<&'tx mut GlobalTransaction<C>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<PoolError> + Send,
    {
        let mut tx = self.begin_with(options).await?;
        let result = work(&mut tx).await;
        tx.end(result).await
    }
}

impl<C: TenantConnection> Sealed for GlobalHandle<C> {}

impl<C: TenantConnection> Executor for GlobalHandle<C> {
    type Backend = BackendOf<C>;
    type Reach = Unowned;
    type Runner = PoolAs<C, Nobody>;

    fn runner(&mut self, _: OurOwn) -> &mut PoolAs<C, Nobody> {
        &mut self.pool
    }
}

// By hand: deriving would ask `C: Clone`.
impl<C: TenantConnection> Clone for GlobalHandle<C> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

impl<C: TenantConnection> fmt::Debug for GlobalHandle<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GlobalHandle").field("pool", &self.pool.pool).finish()
    }
}
