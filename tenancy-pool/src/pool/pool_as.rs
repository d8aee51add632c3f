//! What the handles have in common: a pool, and whose it is.

use diesel::query_builder::AsQuery;
use diesel::result::QueryResult;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::single::BackendOf;
use super::{Opened, TenantPool};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::options::TransactionOptions;
use crate::statement::{Execute, Load, Runner, RunsIn, Shape, Wanted, first};
use crate::transaction::{Checked, Whose};

/// The pool as `whose`: each statement runs in a transaction of its own.
pub struct PoolAs<C: TenantConnection, W> {
    pub(super) pool: TenantPool<C>,
    pub(super) whose: W,
}

impl<C: TenantConnection, W> PoolAs<C, W> {
    pub(super) const fn new(pool: TenantPool<C>, whose: W) -> Self {
        Self { pool, whose }
    }
}

impl<C: TenantConnection, W: Whose> PoolAs<C, W> {
    /// Opens a transaction.
    pub(super) async fn open(&self, options: TransactionOptions) -> Result<Checked<C, W>, PoolError> {
        let tenants = self.whose.tenants()?;
        self.pool.open(self.whose.clone(), &tenants, options, Opened::WHOLE).await
    }

    /// Runs one query, and returns its rows.
    pub(super) fn load<'a, 'query: 'a, Q, Kind, U>(
        &'a self,
        query: Q,
    ) -> BoxFuture<'a, Result<Vec<U>, PoolError>>
    where
        Q: AsQuery<Query: RunsIn<W::Reach, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        let shape = Shape::of::<Q::Query, _, _>();
        self.pool.load_as(&self.whose, query.as_query(), Wanted::All, shape).boxed()
    }

    /// Runs one query, and returns its first row.
    pub(super) fn get_result<'a, 'query: 'a, Q, Kind, U>(
        &'a self,
        query: Q,
    ) -> BoxFuture<'a, Result<U, PoolError>>
    where
        Q: AsQuery<Query: RunsIn<W::Reach, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        let (query, shape) = (query.as_query(), Shape::of::<Q::Query, _, _>());
        async move { Ok(first(self.pool.load_as(&self.whose, query, Wanted::First, shape).await?)?) }.boxed()
    }

    /// Runs one statement, and returns how many rows it changed.
    pub(super) fn execute<'a, 'query: 'a, Q, Kind>(
        &'a self,
        statement: Q,
    ) -> BoxFuture<'a, Result<usize, PoolError>>
    where
        Q: RunsIn<W::Reach, Kind> + Execute<'query, BackendOf<C>>,
    {
        self.pool.execute_as(&self.whose, statement, Shape::of::<Q, _, _>()).boxed()
    }
}

impl<C: TenantConnection, W: Whose> Runner<BackendOf<C>> for PoolAs<C, W> {
    async fn load<'query, Q, U>(&mut self, query: Q, wanted: Wanted, shape: Shape) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, BackendOf<C>, U>,
        U: Send,
    {
        Ok(self.pool.load_as(&self.whose, query, wanted, shape).await?)
    }

    async fn execute<'query, Q>(&mut self, statement: Q, shape: Shape) -> QueryResult<usize>
    where
        Q: Execute<'query, BackendOf<C>>,
    {
        Ok(self.pool.execute_as(&self.whose, statement, shape).await?)
    }
}

// By hand: deriving would ask `C: Clone`.
impl<C: TenantConnection, W: Clone> Clone for PoolAs<C, W> {
    fn clone(&self) -> Self {
        Self::new(self.pool.clone(), self.whose.clone())
    }
}
