//! The database as a stranger's: what is read before anybody is admitted.

use std::fmt;

use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LimitDsl;
use futures_util::future::BoxFuture;
use tenancy_core::AdmissionDoor;
use tenancy_diesel::Unadmitted;

use super::TenantPool;
use super::pool_as::PoolAs;
use super::single::BackendOf;
use crate::connection::SharedLender;
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::options::TransactionOptions;
use crate::statement::{Executor, Load, OurOwn, RunsIn, Sealed};
use crate::transaction::{AdmissionTransaction, AsyncFunc, Stranger};

/// The database as a stranger's: it reads, before there is a scope, what decides about one, and nothing else.
///
/// [`TenantPool::before_admission`] makes it. Statements run on it by its methods and by the verbs of
/// [`RunQueryDsl`](crate::RunQueryDsl).
///
/// # Tenancy
///
/// What runs are reads of tables by `before_admission`, each by a declared column and of the declared columns, and reads of global
/// tables. A scoped statement does not compile, nor one that writes. Each use of a table is in the audit.
///
/// Behind the second wall it runs on connections of a role of its own
/// ([`admission`](crate::TenantPoolBuilder::admission)), which the database lets read the declared columns, and no more whatever the
/// statement is. Without such connections it runs nothing there.
///
/// # Where
///
/// In the database that the pool was built with, along the path of the shared tables, wherever tenants live: the table that says who
/// may be admitted to a tenant is not in that tenant's own schema or database.
#[must_use = "a handle does nothing until a statement runs on it"]
pub struct AdmissionHandle<C: TenantConnection> {
    pool: PoolAs<C, Stranger>,
    door: AdmissionDoor,
}

impl<C: TenantConnection> TenantPool<C> {
    /// The database as a stranger's: it reads what decides whom to admit, through `door`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "postgres")]
    /// # mod example {
    /// # tenancy_diesel::table! {
    /// #     #[tenant_scoped(tenant_id, admission(user_id))]
    /// #     memberships (tenant_id, user_id) { tenant_id -> Integer, user_id -> Integer, role -> Text, }
    /// # }
    /// use diesel_async::AsyncPgConnection;
    /// use tenancy_diesel::AdmissionDoor;
    /// use tenancy_pool::PoolError;
    /// use tenancy_pool::prelude::*;
    ///
    /// async fn tenants_of(
    ///     pool: &TenantPool<AsyncPgConnection>,
    ///     door: &AdmissionDoor,
    ///     user: i32,
    /// ) -> Result<Vec<i32>, PoolError> {
    ///     let mine = memberships::table.before_admission(door, memberships::user_id, user);
    ///     pool.before_admission(door).load(mine.select(memberships::tenant_id)).await
    /// }
    /// # }
    /// ```
    pub fn before_admission(&self, door: &AdmissionDoor) -> AdmissionHandle<C> {
        AdmissionHandle { pool: PoolAs::new(self.clone(), Stranger), door: door.clone() }
    }

    /// Whose connections read before admission. Behind the wall the application's own would read nothing, or every tenant's rows.
    pub(super) fn admission_lender(&self) -> Result<&SharedLender<C>, PoolError> {
        let inner = &*self.inner;
        match &inner.admission {
            Some(lender) => Ok(lender),
            None if C::is_walled(&inner.rules) => Err(PoolError::NoAdmissionPool),
            None => Ok(&inner.home),
        }
    }
}

impl<C: TenantConnection> AdmissionHandle<C> {
    /// The door that it was opened through.
    pub const fn door(&self) -> &AdmissionDoor {
        &self.door
    }

    /// Runs one query, and returns its rows. As [`TenantPool::load`].
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), and the statement's.
    pub fn load<'a, 'query: 'a, Q, Kind, U>(&'a self, query: Q) -> BoxFuture<'a, Result<Vec<U>, PoolError>>
    where
        Q: AsQuery<Query: RunsIn<Unadmitted, Kind> + Load<'query, BackendOf<C>, U>>,
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
        Q: AsQuery<Query: RunsIn<Unadmitted, Kind> + Load<'query, BackendOf<C>, U>>,
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
        Limit<Q>: AsQuery<Query: RunsIn<Unadmitted, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        self.get_result(LimitDsl::limit(query, 1))
    }

    /// Opens a transaction, which is read only.
    ///
    /// # Errors
    ///
    /// [`PoolError::NoAdmissionPool`] behind the second wall, if the pool was built without connections for this;
    /// [`PoolError`] if no connection can be had.
    pub async fn begin(&self) -> Result<AdmissionTransaction<C>, PoolError> {
        Ok(AdmissionTransaction::new(self.pool.open(TransactionOptions::new()).await?))
    }

    /// Runs `work` in a transaction, which is read only.
    ///
    /// # Errors
    ///
    /// What `work` returns, and as [`begin`](Self::begin).
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut AdmissionTransaction<C>) -> Result<T, E>
            + AsyncFunc<&'tx mut AdmissionTransaction<C>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<PoolError> + Send,
    {
        let mut tx = self.begin().await?;
        let result = work(&mut tx).await;
        tx.end(result).await
    }
}

impl<C: TenantConnection> Sealed for AdmissionHandle<C> {}

impl<C: TenantConnection> Executor for AdmissionHandle<C> {
    type Backend = BackendOf<C>;
    type Reach = Unadmitted;
    type Runner = PoolAs<C, Stranger>;

    fn runner(&mut self, _: OurOwn) -> &mut PoolAs<C, Stranger> {
        &mut self.pool
    }
}

// By hand: deriving would ask `C: Clone`.
impl<C: TenantConnection> Clone for AdmissionHandle<C> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), door: self.door.clone() }
    }
}

impl<C: TenantConnection> fmt::Debug for AdmissionHandle<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AdmissionHandle")
            .field("pool", &self.pool.pool)
            .field("door", &self.door)
            .finish()
    }
}
