//! The database as the tenants of a set have it, for reading.

use std::fmt;

use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LimitDsl;
use futures_util::future::BoxFuture;
use tenancy_core::{ScopedSet, TenantId, ToTenantKey};
use tenancy_diesel::WithinAny;

use super::TenantPool;
use super::pool_as::PoolAs;
use super::single::BackendOf;
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::options::TransactionOptions;
use crate::statement::{Executor, Load, OurOwn, RunsIn, Sealed};
use crate::transaction::{AsyncFunc, SetTransaction};

/// The database as the tenants of a set have it: a pool and a [`ScopedSet`] in one, for reading.
///
/// [`TenantPool::within_any`] makes it. It has the methods that the pool has for a scope, as far as they read; and queries run on it
/// by the verbs of [`RunQueryDsl`](crate::RunQueryDsl) as well: `query.load(&mut db)`.
///
/// # Tenancy
///
/// What runs reads tables that are scoped by a set and global tables, and writes neither. A query of a tenant that is not in the set
/// is refused before it is sent, wherever in the query that tenant stands; one that is scoped by a part of the set runs. A query that is scoped to a
/// single tenant, or opened across tenants, does not compile: take [`ScopedSet::one`] for the first, and its own transaction.
///
/// On PostgreSQL, MySQL and MariaDB each transaction is read only. Behind the second wall it is in the role of
/// `tenancy_rls::Roles::sets`, which reads the rows of these tenants and no others, raw SQL too, and has no grant to write; without that
/// role it is refused with [`PoolError::NoSetsRole`].
///
/// # Where
///
/// Where its tenants live, which has to be one place: see [`PoolError::SetInSeveralPlaces`]. A set of none is read in the database
/// that the pool was built with. No limit of one tenant's connections counts, and the builder's `first_statements`, which are
/// written for a tenant, are not sent.
#[must_use = "a handle does nothing until a query runs on it"]
pub struct SetHandle<C: TenantConnection, I: ToTenantKey = TenantId> {
    pool: PoolAs<C, ScopedSet<I>>,
}

impl<C: TenantConnection, I: ToTenantKey> SetHandle<C, I> {
    pub(super) const fn new(pool: TenantPool<C>, set: ScopedSet<I>) -> Self {
        Self { pool: PoolAs::new(pool, set) }
    }

    /// The set, for the tables of a query.
    pub const fn set(&self) -> &ScopedSet<I> {
        &self.pool.whose
    }

    /// Runs one query, and returns its rows. As [`TenantPool::load`].
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), and the query's.
    pub fn load<'a, 'query: 'a, Q, Kind, U>(&'a self, query: Q) -> BoxFuture<'a, Result<Vec<U>, PoolError>>
    where
        Q: AsQuery<Query: RunsIn<WithinAny<I>, Kind> + Load<'query, BackendOf<C>, U>>,
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
        Q: AsQuery<Query: RunsIn<WithinAny<I>, Kind> + Load<'query, BackendOf<C>, U>>,
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
        Limit<Q>: AsQuery<Query: RunsIn<WithinAny<I>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        self.get_result(LimitDsl::limit(query, 1))
    }

    /// Opens a transaction, which is read only.
    ///
    /// # Errors
    ///
    /// [`PoolError`] if a tenant has no place, if they live in different ones, if no connection can be had, and behind a wall without a role
    /// for sets.
    pub async fn begin(&self) -> Result<SetTransaction<C, I>, PoolError> {
        self.begin_with(TransactionOptions::new()).await
    }

    /// As [`begin`](Self::begin), opened as `options` say; read only in any case.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_with(&self, options: TransactionOptions) -> Result<SetTransaction<C, I>, PoolError> {
        Ok(SetTransaction::new(self.pool.open(options).await?, self.pool.pool.raw_audit()))
    }

    /// Runs `work` in a transaction, which is read only, and ends it.
    ///
    /// # Errors
    ///
    /// What `work` returns, and as [`begin`](Self::begin).
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut SetTransaction<C, I>) -> Result<T, E>
            + AsyncFunc<&'tx mut SetTransaction<C, I>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<PoolError> + Send,
    {
        self.transaction_with(TransactionOptions::new(), work).await
    }

    /// As [`transaction`](Self::transaction), opened as `options` say; read only in any case.
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction).
    pub async fn transaction_with<T, E, F>(&self, options: TransactionOptions, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut SetTransaction<C, I>) -> Result<T, E>
            + AsyncFunc<&'tx mut SetTransaction<C, I>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<PoolError> + Send,
    {
        let mut tx = self.begin_with(options).await?;
        let result = work(&mut tx).await;
        tx.end(result).await
    }
}

impl<C: TenantConnection, I: ToTenantKey> Sealed for SetHandle<C, I> {}

impl<C: TenantConnection, I: ToTenantKey> Executor for SetHandle<C, I> {
    type Backend = BackendOf<C>;
    type Reach = WithinAny<I>;
    type Runner = PoolAs<C, ScopedSet<I>>;

    fn runner(&mut self, _: OurOwn) -> &mut PoolAs<C, ScopedSet<I>> {
        &mut self.pool
    }
}

// By hand: deriving would ask `C: Clone`.
impl<C: TenantConnection, I: ToTenantKey> Clone for SetHandle<C, I> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

impl<C: TenantConnection, I: ToTenantKey> fmt::Debug for SetHandle<C, I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SetHandle")
            .field("principal", &self.set().admitted().principal())
            .finish_non_exhaustive()
    }
}
