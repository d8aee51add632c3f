//! The pool: where transactions are opened.

mod across;
mod admission;
mod builder;
mod global;
mod lending;
mod pool_as;
#[cfg(feature = "postgres")]
mod postgres_builder;
mod set;
mod single;
mod tenant_column;
mod tenant_limit;
mod within;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use tenancy_core::placement::Catalog;
use tenancy_core::{AuditSink, CrossTenant, Scoped, ScopedSet, ToTenantKey};
use tenancy_diesel::ReviewedSql;

pub use self::across::Across;
pub use self::admission::AdmissionHandle;
pub use self::builder::TenantPoolBuilder;
pub use self::global::GlobalHandle;
pub use self::set::SetHandle;
use self::tenant_limit::TenantLimit;
pub use self::within::TenantHandle;
use crate::connection::{Loan, SharedLender};
use crate::driver::{Beginning, Single, Start, TenantConnection};
use crate::error::PoolError;
use crate::options::TransactionOptions;
use crate::placement::{DatabasePools, DatabasePoolsState};
use crate::statement::Allowed;
use crate::transaction::{
    AsyncFunc, Calls, Checked, Ending, OpenTransaction, RawAudit, TenantTransaction, Tenants, Whose,
};

/// Writes statements of the application's own into the opening of a tenant's transaction.
type FirstStatements = Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;

/// Opens transactions for tenants, wherever each of them lives.
///
/// It is a handle: its clones share the pools. [`TenantPool::builder`] makes one from the address of a database,
/// [`TenantPool::over`] from a pool that the application has.
///
/// # Tenancy
///
/// A scope opens a transaction for its own tenant only, and supplies both the predicate of its statements and, on PostgreSQL,
/// the tenant of the session, which row-level security compares with. On MySQL, MariaDB and SQLite there is no such second
/// wall: there the types alone keep tenants apart.
///
/// With `diesel_async::RunQueryDsl` in scope, `pool.load(…)` on a `TenantPool` that is owned means that trait's method, because it
/// takes every type by value: import [`RunQueryDsl`](crate::RunQueryDsl) of this crate in its place, or call it on a `&TenantPool`.
///
/// # Cancellation
///
/// Every future may be dropped at any point, but whether a single statement that writes is committed is open then: see
/// [`execute`](Self::execute). A connection whose transaction was open is rolled back in a task of its own and
/// serves again when the server has confirmed it; on MySQL and MariaDB it is closed. On SQLite a statement that is under way is
/// waited for where it is dropped, which takes a multi-thread runtime: diesel-async panics on another.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "postgres")]
/// # mod example {
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// use diesel_async::AsyncPgConnection;
/// use tenancy_pool::PoolError;
/// use tenancy_pool::prelude::*;
///
/// // One round trip.
/// async fn names(pool: &TenantPool<AsyncPgConnection>, scope: &Scoped<i32>) -> Result<Vec<String>, PoolError> {
///     pool.load(scope, agents::table.scoped(scope).select(agents::name)).await
/// }
/// # }
/// ```
pub struct TenantPool<C: TenantConnection> {
    inner: Arc<Inner<C>>,
}

struct Inner<C: TenantConnection> {
    /// Of tenants in the shared tables, and in schemas beside them.
    home: SharedLender<C>,
    /// Of tenants in databases of their own.
    databases: Option<DatabasePools<SharedLender<C>>>,
    across: Option<SharedLender<C>>,
    /// Of what is read before anybody is admitted.
    admission: Option<SharedLender<C>>,
    catalog: Arc<dyn Catalog>,
    rules: Arc<C::Rules>,
    first_statements: Option<FirstStatements>,
    tenant_limit: Option<TenantLimit>,
    audit: Arc<dyn AuditSink>,
    /// What statements may contain beside what is known.
    allowed: Arc<Allowed>,
}

impl<C: TenantConnection> TenantPool<C> {
    /// Opens a transaction for the scope's tenant.
    ///
    /// Nothing is sent yet: what opens it travels with its first statement.
    ///
    /// # Errors
    ///
    /// [`PoolError`] if the tenant has no place, if no connection can be had, or if the tenant has as many as it may.
    ///
    /// # Cancellation
    ///
    /// Dropping the future takes no connection.
    pub async fn begin<I: ToTenantKey, B>(
        &self,
        scope: &Scoped<I, B>,
    ) -> Result<TenantTransaction<C, I, B>, PoolError> {
        self.begin_with(scope, TransactionOptions::new()).await
    }

    /// As [`begin`](Self::begin), opened as `options` say.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_with<I: ToTenantKey, B>(
        &self,
        scope: &Scoped<I, B>,
        options: TransactionOptions,
    ) -> Result<TenantTransaction<C, I, B>, PoolError> {
        let tenant = scope.tenant().to_tenant_key()?;
        let tenants = Tenants::One(tenant.clone());
        let checked = self.open(scope.clone(), &tenants, options, Opened::WHOLE).await?;
        Ok(TenantTransaction::new(checked, tenant, self.raw_audit()))
    }

    fn raw_audit(&self) -> RawAudit {
        RawAudit::new(C::is_walled(&self.inner.rules), self.inner.audit.clone())
    }

    /// Opens a transaction where its tenants live; for no tenant, in the database of the shared tables.
    async fn open<W: Whose>(
        &self,
        whose: W,
        tenants: &Tenants,
        options: TransactionOptions,
        opened: Opened,
    ) -> Result<Checked<C, W>, PoolError> {
        let inner = &*self.inner;
        let options = if W::READS_ONLY { options.read_only() } else { options };
        let placement = self.place_of(tenants).await?;
        let home = if W::BEFORE_ADMISSION { self.admission_lender()? } else { &inner.home };
        let mut loan = self.lend(home, tenants, &placement, opened.since).await?;
        let (connection, session) = loan.parts();
        connection.inspect_schema(session, &inner.rules, &placement).await?;
        loan.finished();
        while !C::serves(&inner.rules, loan.session(), &placement) {
            loan.discard();
            drop(loan);
            loan = self.lend(home, tenants, &placement, opened.since).await?;
        }
        let first_statements = inner.first_statements.as_ref().zip(tenants.one());
        let beginning = Beginning {
            tenants,
            placement: &placement,
            options,
            first_statements: first_statements
                .map(|(write, tenant)| write(tenant.as_str()))
                .unwrap_or_default(),
            single: opened.single,
        };
        let start = C::opening(&inner.rules, loan.session(), beginning)?;
        let open = OpenTransaction::new(loan, start, options.read_only);
        Ok(Checked::new(open, whose, inner.allowed.clone()))
    }

    /// Runs `work` in a transaction of the scope's tenant: committed when it returns `Ok`, rolled back otherwise.
    ///
    /// # Errors
    ///
    /// What `work` returns, and as [`begin`](Self::begin) and [`TenantTransaction::commit`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future rolls back, unless the commit was already on its way.
    pub async fn transaction<I, B, T, E, F>(&self, scope: &Scoped<I, B>, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut TenantTransaction<C, I, B>) -> Result<T, E>
            + AsyncFunc<&'tx mut TenantTransaction<C, I, B>, Result<T, E>, Fut: Send>
            + Send,
        I: ToTenantKey,
        B: 'static,
        T: Send,
        E: From<PoolError> + Send,
    {
        self.transaction_with(scope, TransactionOptions::new(), work).await
    }

    /// As [`transaction`](Self::transaction), opened as `options` say.
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction).
    pub async fn transaction_with<I, B, T, E, F>(
        &self,
        scope: &Scoped<I, B>,
        options: TransactionOptions,
        work: F,
    ) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut TenantTransaction<C, I, B>) -> Result<T, E>
            + AsyncFunc<&'tx mut TenantTransaction<C, I, B>, Result<T, E>, Fut: Send>
            + Send,
        I: ToTenantKey,
        B: 'static,
        T: Send,
        E: From<PoolError> + Send,
    {
        let mut tx = self.begin_with(scope, options).await?;
        let result = work(&mut tx).await;
        tx.end(result, Ending::Commit).await
    }

    /// The database as the scope's tenant has it: it runs single statements and opens transactions, and the scope is said once.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "postgres")]
    /// # mod example {
    /// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
    /// use diesel_async::AsyncPgConnection;
    /// use tenancy_pool::TenantHandle;
    /// use tenancy_pool::prelude::*;
    ///
    /// type Db = TenantHandle<AsyncPgConnection, i32>;
    ///
    /// async fn names(db: &mut Db) -> QueryResult<Vec<String>> {
    ///     agents::table.scoped(db.scope()).select(agents::name).load(db).await
    /// }
    ///
    /// async fn handle(pool: &TenantPool<AsyncPgConnection>, scope: &Scoped<i32>) -> QueryResult<usize> {
    ///     let mut db = pool.within(scope);
    ///     Ok(names(&mut db).await?.len())
    /// }
    /// # }
    /// ```
    pub fn within<I: ToTenantKey, B>(&self, scope: &Scoped<I, B>) -> TenantHandle<C, I, B> {
        TenantHandle::new(self.clone(), scope.clone())
    }

    /// The database as the tenants of a set have it: it reads over all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "postgres")]
    /// # mod example {
    /// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
    /// use diesel_async::AsyncPgConnection;
    /// use tenancy_diesel::ScopedSet;
    /// use tenancy_pool::PoolError;
    /// use tenancy_pool::prelude::*;
    ///
    /// async fn names(pool: &TenantPool<AsyncPgConnection>, set: &ScopedSet<i32>) -> Result<Vec<(i32, String)>, PoolError> {
    ///     pool.within_any(set).load(agents::table.scoped(set).select((agents::tenant_id, agents::name))).await
    /// }
    /// # }
    /// ```
    pub fn within_any<I: ToTenantKey>(&self, set: &ScopedSet<I>) -> SetHandle<C, I> {
        SetHandle::new(self.clone(), set.clone())
    }

    /// The database as nobody's: it runs statements of global tables, before there is a tenant or where none is meant.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "postgres")]
    /// # mod example {
    /// # tenancy_diesel::table! { #![tenant_global(plans)] plans (id) { id -> Integer, name -> Text, } }
    /// use diesel_async::AsyncPgConnection;
    /// use tenancy_pool::PoolError;
    /// use tenancy_pool::prelude::*;
    ///
    /// async fn plans(pool: &TenantPool<AsyncPgConnection>) -> Result<Vec<String>, PoolError> {
    ///     pool.global().load(plans::table.select(plans::name)).await
    /// }
    /// # }
    /// ```
    pub fn global(&self) -> GlobalHandle<C> {
        GlobalHandle::new(self.clone())
    }

    /// Transactions that span tenants, in the shared tables, for a holder of the capability.
    ///
    /// They run through a pool of their own: see [`TenantPoolBuilder::across`].
    pub const fn across<'a>(&'a self, cross_tenant: &'a CrossTenant) -> Across<'a, C> {
        Across { pool: self, cross_tenant }
    }

    async fn open_across(&self, options: TransactionOptions) -> Result<OpenTransaction<C>, PoolError> {
        let lender = self.inner.across.as_ref().ok_or(PoolError::NoCrossTenantPool)?;
        let mut loan = Loan::new(lender.lend(&Tenants::Nobody, None).await?, None, None);
        let opening = C::opening_across(loan.session(), options);
        Ok(OpenTransaction::new(loan, Start::InTransaction(opening), options.read_only))
    }

    /// The reviewed SQL that statements of tenants may contain: what the builder was given.
    pub fn reviewed_sql(&self) -> &[&'static ReviewedSql] {
        &self.inner.allowed.reviewed
    }

    /// The connections and pools that are open at this moment.
    pub fn state(&self) -> PoolState {
        let (connections, idle_connections) = self.inner.home.connections();
        PoolState {
            connections,
            idle_connections,
            databases: self.inner.databases.as_ref().map(DatabasePools::state),
        }
    }
}

/// How a transaction is opened, apart from what its options say.
struct Opened {
    /// For one statement.
    single: Option<Single>,
    /// On a connection that is no older.
    since: Option<Instant>,
}

impl Opened {
    /// For whatever its caller runs.
    const WHOLE: Self = Self { single: None, since: None };

    /// For one statement, of which it is known what it calls.
    fn single(writes: bool, calls: Calls) -> Self {
        let single = Single { writes, harmless: calls == Calls::Harmless };
        Self { single: Some(single), ..Self::WHOLE }
    }
}

/// What [`TenantPool::state`] counts.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct PoolState {
    /// Open connections of the pool of the shared tables.
    pub connections: u32,
    /// Those of them that nobody uses.
    pub idle_connections: u32,
    /// The pools of tenants with a database of their own; `None` if there can be none.
    pub databases: Option<DatabasePoolsState>,
}

impl<C: TenantConnection> Clone for TenantPool<C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<C: TenantConnection> fmt::Debug for TenantPool<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TenantPool").field("state", &self.state()).finish_non_exhaustive()
    }
}
