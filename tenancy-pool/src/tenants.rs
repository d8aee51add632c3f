//! Tenants: where transactions are opened.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tenancy_core::{AuditSink, CrossTenant, Scoped};

use super::across::Across;
use super::async_fn::AsyncFunc;
use super::builder::Guard;
use super::driver::TenantConnection;
use super::error::TenantsError;
use super::lease::Lease;
use super::open::OpenTransaction;
use super::opening::{Before, Opening, Seal};
use super::options::TransactionOptions;
use super::per_tenant::PerTenant;
use super::pool::Lender;
use super::tenant_key::TenantKey;
use super::transaction::TenantTx;
use crate::placement::{self, Catalog, Placement, Pools, PoolsStats};
use crate::rls::Wall;

/// A pool, shared: what is dropped last closes it.
pub(super) type SharedPool<C> = Arc<dyn Lender<C>>;

/// Writes statements of the application's own into the opening of a tenant's transaction.
pub(super) type FirstStatements = Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;

/// Opens transactions for tenants, wherever each of them lives.
///
/// It is a handle: its clones share the pools. [`Tenants::builder`] makes one from the address of a database,
/// [`Tenants::over`] from a pool that the application has.
///
/// # Tenancy
///
/// A scope opens a transaction for its own tenant only, and supplies both the predicate of its statements and, on PostgreSQL,
/// the tenant of the session, which row-level security compares with. On MySQL, MariaDB and SQLite there is no such second
/// wall: there the types alone keep tenants apart.
///
/// With `diesel_async::RunQueryDsl` in scope, `tenants.load(…)` on a `Tenants` that is owned means that trait's method, because it
/// takes every type by value: import [`RunQueryDsl`](crate::RunQueryDsl) of this crate in its place, or call it on a `&Tenants`.
///
/// # Cancellation
///
/// Every future may be dropped at any point. A connection whose transaction was open is rolled back in a task of its own and
/// serves again when the server has confirmed it; on MySQL and MariaDB it is closed. On SQLite a statement that is under way is
/// waited for where it is dropped, which takes a multi-thread runtime: diesel-async panics on another.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "tenants-postgres")]
/// # mod example {
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// use diesel::prelude::*;
/// use diesel_async::AsyncPgConnection;
/// use tenancy_diesel::prelude::*;
/// use tenancy_diesel::tenants::{Tenants, TenantsError};
///
/// // One round trip.
/// async fn names(tenants: &Tenants<AsyncPgConnection>, scope: &Scoped<i32>) -> Result<Vec<String>, TenantsError> {
///     tenants.load(scope, agents::table.scoped(scope).select(agents::name)).await
/// }
/// # }
/// ```
pub struct Tenants<C: TenantConnection> {
    pub(super) shared: Arc<Shared<C>>,
}

pub(super) struct Shared<C: TenantConnection> {
    /// Of tenants in the shared tables, and in schemas beside them.
    pub(super) home: SharedPool<C>,
    /// Of tenants in databases of their own.
    pub(super) databases: Option<Pools<SharedPool<C>>>,
    pub(super) across: Option<SharedPool<C>>,
    pub(super) catalog: Arc<dyn Catalog>,
    /// The search path of the shared tables, where it has to be said.
    pub(super) shared_path: Option<String>,
    pub(super) guard: Arc<Guard>,
    pub(super) first_statements: Option<FirstStatements>,
    pub(super) per_tenant: Option<PerTenant>,
    pub(super) audit: Arc<dyn AuditSink>,
}

impl<C: TenantConnection> Tenants<C> {
    /// Opens a transaction for the scope's tenant.
    ///
    /// Nothing is sent yet: what opens it travels with its first statement.
    ///
    /// # Errors
    ///
    /// [`TenantsError`] if the tenant has no place, if no connection can be had, or if the tenant has as many as it may.
    ///
    /// # Cancellation
    ///
    /// Dropping the future takes no connection.
    pub async fn begin<I: TenantKey, B>(
        &self,
        scope: &Scoped<I, B>,
    ) -> Result<TenantTx<C, I, B>, TenantsError> {
        self.begin_with(scope, TransactionOptions::new()).await
    }

    /// As [`begin`](Self::begin), opened as `options` say.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_with<I: TenantKey, B>(
        &self,
        scope: &Scoped<I, B>,
        options: TransactionOptions,
    ) -> Result<TenantTx<C, I, B>, TenantsError> {
        self.open(scope, options, false).await
    }

    /// Opens what runs one query and nothing else: read only, and where the database has to be told nothing, by itself. Such a
    /// query sees one snapshot as well, and saves its BEGIN and COMMIT.
    pub(super) async fn begin_single_read<I: TenantKey, B>(
        &self,
        scope: &Scoped<I, B>,
    ) -> Result<TenantTx<C, I, B>, TenantsError> {
        self.open(scope, TransactionOptions::new().read_only(), true).await
    }

    async fn open<I: TenantKey, B>(
        &self,
        scope: &Scoped<I, B>,
        options: TransactionOptions,
        single: bool,
    ) -> Result<TenantTx<C, I, B>, TenantsError> {
        let tenant = scope.tenant().to_string();
        if tenant.contains('\0') {
            return Err(TenantsError::UnusableTenant {
                tenant,
                reason: "it contains a NUL, which no database takes",
            });
        }
        if tenant.is_empty() {
            return Err(TenantsError::UnusableTenant {
                tenant,
                reason: "it is empty, which stands for no tenant",
            });
        }
        let shared = &self.shared;
        let place = shared.catalog.locate(&tenant).await?;
        let permit = match &shared.per_tenant {
            Some(limit) => Some(limit.acquire(&tenant).await?),
            None => None,
        };
        let (pool, hold) = self.pool_of(&place).await?;
        let mut lease = Lease::new(pool.lend().await?, permit, hold);
        shared.guard.inspect_schema(lease.connection(), &place).await?;
        lease.finished();
        let walled = shared.guard.wall().is_some() && C::HAS_WALL;
        let open = if single && !walled && !self.sets_anything(&place) {
            OpenTransaction::without_transaction(lease)
        } else {
            let opening = self.opening(&tenant, &place, options, &lease)?;
            OpenTransaction::new(lease, opening)
        };
        Ok(TenantTx::new(open, scope.clone(), walled, shared.audit.clone()))
    }

    async fn pool_of(
        &self,
        place: &Placement,
    ) -> Result<(SharedPool<C>, Option<placement::Lease<SharedPool<C>>>), TenantsError> {
        match place.database() {
            None => Ok((self.shared.home.clone(), None)),
            Some(address) => {
                let databases = self.shared.databases.as_ref().ok_or(TenantsError::NoDatabases)?;
                let hold = databases.get(address).await?;
                Ok((hold.clone(), Some(hold)))
            }
        }
    }

    /// Whether a transaction at `place` begins with more than a BEGIN, wall or not.
    fn sets_anything(&self, place: &Placement) -> bool {
        let shared = &self.shared;
        shared.first_statements.is_some()
            || place.schema().is_some()
            || C::HAS_WALL && shared.shared_path.is_some()
    }

    /// What a transaction begins with.
    fn opening(
        &self,
        tenant: &str,
        place: &Placement,
        options: TransactionOptions,
        lease: &Lease<C>,
    ) -> Result<Before, TenantsError> {
        let shared = &self.shared;
        // The application's statements may make no sense, and Citus forwards the whole message that a SET LOCAL stands in.
        let apart = !C::ONE_MESSAGE || shared.first_statements.is_some() || shared.guard.on_citus();
        let mut opening = if apart { Opening::apart() } else { Opening::together() };
        C::begin(&options, &mut opening);
        // First of all: a sharding pooler decides by it where everything after it goes.
        shared.first_statements.iter().flat_map(|write| write(tenant)).for_each(|first| opening.push(first));
        let mut seal = None;
        if let Some(wall) = shared.guard.wall().filter(|_| C::HAS_WALL) {
            let (now, by_function) = (SystemTime::now(), shared.guard.on_citus());
            match wall {
                Wall::Plain if by_function => opening.push(wall.select_set_tenant(tenant, now)),
                Wall::Plain => opening.push(wall.set_local(tenant, None, now)),
                Wall::Sealed(sealer) => {
                    // A Citus worker checks it as well, and its backend is not the coordinator's.
                    let backend_pid = lease.backend_pid().filter(|_| !by_function);
                    let value = sealer.seal(tenant, backend_pid, now);
                    seal = Some(Seal { value, by_function, prepared: lease.has_prepared_seal() });
                }
            }
        }
        if let Some(schema) = place.schema() {
            if !C::HAS_WALL {
                return Err(TenantsError::NoSchemas);
            }
            opening.push(format!("SET LOCAL search_path TO {}", schema.search_path()));
        } else if let Some(path) = shared.shared_path.as_ref().filter(|_| C::HAS_WALL) {
            opening.push(format!("SET LOCAL search_path TO {path}"));
        }
        Ok(Before { opening, seal, savepoints: Vec::new() })
    }

    /// Runs `work` in a transaction of the scope's tenant: committed when it returns `Ok`, rolled back otherwise.
    ///
    /// # Errors
    ///
    /// What `work` returns, and as [`begin`](Self::begin) and [`TenantTx::commit`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future rolls back, unless the commit was already on its way.
    pub async fn transaction<I, B, T, E, F>(&self, scope: &Scoped<I, B>, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut TenantTx<C, I, B>) -> Result<T, E>
            + AsyncFunc<&'tx mut TenantTx<C, I, B>, Result<T, E>, Fut: Send>
            + Send,
        I: TenantKey,
        B: 'static,
        T: Send,
        E: From<TenantsError> + Send,
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
        for<'tx> F: AsyncFnOnce(&'tx mut TenantTx<C, I, B>) -> Result<T, E>
            + AsyncFunc<&'tx mut TenantTx<C, I, B>, Result<T, E>, Fut: Send>
            + Send,
        I: TenantKey,
        B: 'static,
        T: Send,
        E: From<TenantsError> + Send,
    {
        let mut tx = self.begin_with(scope, options).await?;
        match work(&mut tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                let _rolled_back = tx.rollback().await;
                Err(error)
            }
        }
    }

    /// Transactions that span tenants, in the shared tables, for a holder of the capability.
    ///
    /// They run through a pool of their own: see [`TenantsBuilder::across`](super::TenantsBuilder::across).
    pub const fn across<'a>(&'a self, cross_tenant: &'a CrossTenant) -> Across<'a, C> {
        Across { tenants: self, cross_tenant }
    }

    pub(super) async fn open_across(
        &self,
        options: TransactionOptions,
    ) -> Result<OpenTransaction<C>, TenantsError> {
        let pool = self.shared.across.as_ref().ok_or(TenantsError::NoCrossTenantPool)?;
        let mut opening = Opening::apart();
        C::begin(&options, &mut opening);
        let before = Before { opening, ..Before::default() };
        Ok(OpenTransaction::new(Lease::new(pool.lend().await?, None, None), before))
    }

    /// The connections and pools that are open at this moment.
    pub fn stats(&self) -> TenantsStats {
        let (connections, idle_connections) = self.shared.home.connections();
        TenantsStats {
            connections,
            idle_connections,
            databases: self.shared.databases.as_ref().map(Pools::stats),
        }
    }
}

/// What [`Tenants::stats`] counts.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct TenantsStats {
    /// Open connections of the pool of the shared tables.
    pub connections: u32,
    /// Those of them that nobody uses.
    pub idle_connections: u32,
    /// The pools of tenants with a database of their own; `None` if there can be none.
    pub databases: Option<PoolsStats>,
}

impl<C: TenantConnection> Clone for Tenants<C> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<C: TenantConnection> fmt::Debug for Tenants<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tenants").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
