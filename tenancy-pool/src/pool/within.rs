//! The database as one tenant has it.

use std::fmt;

use tenancy_core::{Scoped, TenantId, ToTenantKey, Unbranded};
use tenancy_diesel::Within;

use super::TenantPool;
use super::pool_as::PoolAs;
use super::single::BackendOf;
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::options::TransactionOptions;
use crate::statement::{Executor, OurOwn, Sealed};
use crate::transaction::{AsyncFunc, TenantTransaction};

/// The database as one tenant has it: a pool and a scope in one, to be handed down where a connection was.
///
/// [`TenantPool::within`] makes it. Statements run on it as on a connection, with the verbs of this crate's
/// [`RunQueryDsl`](crate::RunQueryDsl) and Diesel's errors: `query.load(&mut db)`. Each is a transaction of its own, as with
/// [`TenantPool::load`] and [`TenantPool::execute`]: it takes a connection for that statement and holds none in between. Several
/// statements that belong together run in a [`transaction`](Self::transaction).
///
/// It is owned, and its clones are cheap: two statements at the same time take two of them.
///
/// # Tenancy
///
/// It reaches as far as its scope and no further. It is no scope: a table takes [`scope`](Self::scope). A statement of another
/// brand does not compile on it, and one of another tenant is refused before it is sent, as in a
/// [`TenantTransaction`].
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "postgres")]
/// # mod example {
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// use diesel_async::AsyncPgConnection;
/// use tenancy_diesel::{insert_into, update};
/// use tenancy_pool::prelude::*;
/// use tenancy_pool::{PoolError, TenantHandle};
///
/// // What was `conn: &mut AsyncPgConnection`.
/// async fn hire(db: &mut TenantHandle<AsyncPgConnection, i32>, name: &str) -> QueryResult<usize> {
///     insert_into(agents::table.scoped(db.scope())).values(agents::name.eq(name)).execute(db).await
/// }
///
/// async fn rename(db: &TenantHandle<AsyncPgConnection, i32>, id: i32, name: &str) -> Result<i64, PoolError> {
///     db.transaction(async |tx| {
///         update(agents::table.scoped(tx.scope())).find(id).set(agents::name.eq(name)).execute(tx).await?;
///         Ok(agents::table.scoped(tx.scope()).filter(agents::name.eq(name)).count().get_result(tx).await?)
///     })
///     .await
/// }
/// # }
/// ```
#[must_use = "a handle does nothing until a statement runs on it"]
pub struct TenantHandle<C: TenantConnection, I: ToTenantKey = TenantId, B = Unbranded> {
    pool: PoolAs<C, Scoped<I, B>>,
}

impl<C: TenantConnection, I: ToTenantKey, B> TenantHandle<C, I, B> {
    pub(super) const fn new(pool: TenantPool<C>, scope: Scoped<I, B>) -> Self {
        Self { pool: PoolAs::new(pool, scope) }
    }

    /// The scope, for the tables of a statement.
    pub const fn scope(&self) -> &Scoped<I, B> {
        &self.pool.whose
    }

    /// The pool, for what is not this tenant's.
    pub const fn pool(&self) -> &TenantPool<C> {
        &self.pool.pool
    }

    /// Opens a transaction.
    ///
    /// # Errors
    ///
    /// As [`TenantPool::begin`].
    pub async fn begin(&self) -> Result<TenantTransaction<C, I, B>, PoolError> {
        self.pool.pool.begin(self.scope()).await
    }

    /// As [`begin`](Self::begin), opened as `options` say.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_with(
        &self,
        options: TransactionOptions,
    ) -> Result<TenantTransaction<C, I, B>, PoolError> {
        self.pool.pool.begin_with(self.scope(), options).await
    }

    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back otherwise.
    ///
    /// # Errors
    ///
    /// As [`TenantPool::transaction`].
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut TenantTransaction<C, I, B>) -> Result<T, E>
            + AsyncFunc<&'tx mut TenantTransaction<C, I, B>, Result<T, E>, Fut: Send>
            + Send,
        B: 'static,
        T: Send,
        E: From<PoolError> + Send,
    {
        self.pool.pool.transaction(self.scope(), work).await
    }

    /// As [`transaction`](Self::transaction), opened as `options` say.
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction).
    pub async fn transaction_with<T, E, F>(&self, options: TransactionOptions, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut TenantTransaction<C, I, B>) -> Result<T, E>
            + AsyncFunc<&'tx mut TenantTransaction<C, I, B>, Result<T, E>, Fut: Send>
            + Send,
        B: 'static,
        T: Send,
        E: From<PoolError> + Send,
    {
        self.pool.pool.transaction_with(self.scope(), options, work).await
    }
}

impl<C: TenantConnection, I: ToTenantKey, B> Sealed for TenantHandle<C, I, B> {}

impl<C: TenantConnection, I: ToTenantKey, B: 'static> Executor for TenantHandle<C, I, B> {
    type Backend = BackendOf<C>;
    type Reach = Within<I, B>;
    type Runner = PoolAs<C, Scoped<I, B>>;

    fn runner(&mut self, _: OurOwn) -> &mut PoolAs<C, Scoped<I, B>> {
        &mut self.pool
    }
}

// By hand: deriving would ask `C: Clone` and `B: Clone`.
impl<C: TenantConnection, I: ToTenantKey, B> Clone for TenantHandle<C, I, B> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

impl<C: TenantConnection, I: ToTenantKey, B> fmt::Debug for TenantHandle<C, I, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantHandle")
            .field("principal", &self.scope().admitted().principal())
            .finish_non_exhaustive()
    }
}
