//! Building a pool.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bb8::ManageConnection;
use diesel::result::ConnectionError;
use tenancy_core::placement::{AllShared, Catalog, DatabaseAddress};
use tenancy_core::{AuditSink, TracingSink};
use tenancy_diesel::{ReviewedSql, TenantSqlType, TenantTable};

use super::tenant_column::{self, TenantColumn};
use super::tenant_limit::TenantLimit;
use super::{FirstStatements, Inner, TenantPool};
use crate::connection::{ExternalPool, OwnPool, PoolSizes, SharedLender};
use crate::driver::TenantConnection;
use crate::error::BuildError;
use crate::placement::{DatabasePools, DatabasePoolsOptions};
use crate::statement::Allowed;
use crate::transaction::Tenants;

/// What a [`TenantPool`] is built of.
///
/// # Examples
///
/// ```no_run
/// # #[cfg(feature = "sqlite")]
/// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use diesel::SqliteConnection;
/// use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
/// use tenancy_pool::TenantPool;
///
/// let pool = TenantPool::<SyncConnectionWrapper<SqliteConnection>>::builder("app.sqlite3")
///     .max_connections(20)
///     .max_connections_per_tenant(5)
///     .acquire_timeout(Duration::from_secs(3))
///     .build()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct TenantPoolBuilder<C: TenantConnection> {
    home: Connections<C>,
    across: Option<Connections<C>>,
    admission: Option<Connections<C>>,
    sizes: PoolSizes,
    databases: DatabasePoolsOptions,
    max_connections_per_tenant: Option<usize>,
    catalog: Option<Arc<dyn Catalog>>,
    first_statements: Option<FirstStatements>,
    audit: Arc<dyn AuditSink>,
    tenant_columns: Vec<TenantColumn>,
    reviewed: Vec<&'static ReviewedSql>,
    pub(super) options: C::Options,
}

/// Where connections come from.
enum Connections<C: TenantConnection> {
    /// A pool of ours, of the database at this address.
    At(String),
    /// A pool of the application's.
    Of(SharedLender<C>),
}

impl<C: TenantConnection> TenantPool<C> {
    /// Starts to build from the address of the database that holds the shared tables.
    pub fn builder(address: impl Into<String>) -> TenantPoolBuilder<C> {
        TenantPoolBuilder::new(Connections::At(address.into()))
    }

    /// Starts to build over a pool that the application has, such as diesel-async's.
    ///
    /// The pool keeps its own sizes and timeouts. Its check at checkout costs a round trip unless it is turned off
    /// (`RecyclingMethod::Fast`, or bb8's `test_on_check_out(false)`). On PostgreSQL a sealed tenant is bound to its expiry only:
    /// which backend a connection leads to is not known.
    ///
    /// # Tenancy
    ///
    /// Whoever else has the pool can leave state on its connections. A transaction sets its tenant anew, but a
    /// `search_path` or a role that was left behind applies to it: keep the pool to yourself.
    pub fn over<M>(pool: bb8::Pool<M>) -> TenantPoolBuilder<C>
    where
        M: ManageConnection<Connection = C, Error: fmt::Display>,
    {
        TenantPoolBuilder::new(Connections::Of(Arc::new(ExternalPool(pool))))
    }
}

impl<C: TenantConnection> TenantPoolBuilder<C> {
    fn new(home: Connections<C>) -> Self {
        Self {
            home,
            across: None,
            admission: None,
            sizes: PoolSizes::default(),
            databases: DatabasePoolsOptions::new(),
            max_connections_per_tenant: None,
            catalog: None,
            first_statements: None,
            audit: Arc::new(TracingSink),
            tenant_columns: Vec::new(),
            reviewed: Vec::new(),
            options: C::Options::default(),
        }
    }

    /// The most connections of a pool; ten unless said otherwise. Each database of a tenant's own has a pool of this size.
    ///
    /// Whoever has waited for longest is served first. A tenant is given the idle connection that served it last, where there is one: on
    /// PostgreSQL its session needs not be told the tenant again for a single statement.
    pub const fn max_connections(mut self, connections: u32) -> Self {
        self.sizes.max_connections = if connections == 0 { 1 } else { connections };
        self
    }

    /// How many connections are kept open though nobody uses them; no more than [`max_connections`](Self::max_connections).
    pub const fn min_idle(mut self, connections: u32) -> Self {
        self.sizes.min_idle = Some(connections);
        self
    }

    /// How long to wait for a connection of a pool; thirty seconds unless said otherwise. A call may wait for more than one of these: for
    /// a turn within [`max_connections_per_tenant`](Self::max_connections_per_tenant) first, and again where a read is run again or a
    /// connection turns out not to serve the tenant's place.
    pub const fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.sizes.acquire_timeout = timeout;
        self
    }

    /// How long a connection may be unused before it is closed; `None` for ever. Ten minutes unless said otherwise. Zero is as good as
    /// a millisecond. It is looked for such ones when another connection is given back, and each time that passes, or every thirty seconds.
    pub const fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.sizes.idle_timeout = timeout;
        self
    }

    /// How long a connection may live; `None` for ever. Thirty minutes unless said otherwise. One that is in use is closed when it is
    /// given back.
    pub const fn max_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.sizes.max_lifetime = lifetime;
        self
    }

    /// The most connections that one tenant may hold at a time, so that one cannot drain the pool. No limit unless it is set.
    pub const fn max_connections_per_tenant(mut self, connections: usize) -> Self {
        self.max_connections_per_tenant = Some(if connections == 0 { 1 } else { connections });
        self
    }

    /// Who knows where each tenant lives. Unless said otherwise, all live in the shared tables.
    pub fn catalog(mut self, catalog: impl Catalog + 'static) -> Self {
        self.catalog = Some(Arc::new(catalog));
        self
    }

    /// How many pools there may be for databases of tenants' own, and how long an unused one stays.
    pub const fn databases(mut self, options: DatabasePoolsOptions) -> Self {
        self.databases = options;
        self
    }

    /// The address for transactions that span tenants, with a role that the database lets do so.
    pub fn across(mut self, address: impl Into<String>) -> Self {
        self.across = Some(Connections::At(address.into()));
        self
    }

    /// The pool for transactions that span tenants.
    pub fn across_over<M>(mut self, pool: bb8::Pool<M>) -> Self
    where
        M: ManageConnection<Connection = C, Error: fmt::Display>,
    {
        self.across = Some(Connections::Of(Arc::new(ExternalPool(pool))));
        self
    }

    /// The address for what is read before anybody is admitted, with the role that the wall has for that
    /// (`tenancy_rls::Roles::admission`). [`build`](Self::build) refuses one that may do more.
    ///
    /// Behind the second wall [`before_admission`](TenantPool::before_admission) runs on it alone, and on nothing where there is none;
    /// elsewhere, on the pool's own connections unless this is said.
    pub fn admission(mut self, address: impl Into<String>) -> Self {
        self.admission = Some(Connections::At(address.into()));
        self
    }

    /// The pool for what is read before anybody is admitted: as [`admission`](Self::admission).
    pub fn admission_over<M>(mut self, pool: bb8::Pool<M>) -> Self
    where
        M: ManageConnection<Connection = C, Error: fmt::Display>,
    {
        self.admission = Some(Connections::Of(Arc::new(ExternalPool(pool))));
        self
    }

    /// Statements that go ahead of a tenant's in every transaction, right after its BEGIN; `write` is given the tenant's id as
    /// text. For what a sharding pooler has to hear first (`SET LOCAL pgdog.sharding_key TO '…'`).
    ///
    /// # Tenancy
    ///
    /// The texts are sent as they are: quote what stands in them.
    pub fn first_statements(mut self, write: impl Fn(&str) -> Vec<String> + Send + Sync + 'static) -> Self {
        self.first_statements = Some(Arc::new(write));
        self
    }

    /// Where raw SQL is recorded; through `tracing` unless said otherwise.
    pub fn audit_sink(mut self, sink: impl AuditSink) -> Self {
        self.audit = Arc::new(sink);
        self
    }

    /// Has [`build`](Self::build) ask the database how it compares the ids in the tenant column of `T`, and refuse one that
    /// takes two tenants for one: by letter case or accents (MySQL's and MariaDB's usual collations, SQLite's NOCASE, PostgreSQL's
    /// citext and nondeterministic collations), or because the column is of another type than the declared: one of numbers for texts,
    /// of floating-point numbers for whole ones, and on MariaDB of texts for bytes.
    ///
    /// Ids that have one spelling, such as `TenantId`, need no such look. A database of a tenant's own is asked when it is first opened. White space around an id, which some collations ignore,
    /// is refused in the id itself: see [`TenantKey`](tenancy_core::TenantKey).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # #[cfg(feature = "mysql")]
    /// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
    /// # tenancy_diesel::table! { notes (id) { id -> Integer, tenant_id -> Text, body -> Text, } }
    /// use diesel_async::AsyncMysqlConnection;
    /// use tenancy_pool::TenantPool;
    ///
    /// let pool = TenantPool::<AsyncMysqlConnection>::builder("mysql://app@db/app")
    ///     .inspect_tenant_column::<notes::table>()
    ///     .build()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn inspect_tenant_column<T: TenantTable>(mut self) -> Self
    where
        TenantSqlType<T>: 'static,
    {
        self.tenant_columns.push(TenantColumn::of::<T>());
        self
    }

    /// Lets tenants' statements contain fragments of SQL that [`reviewed_sql!`](tenancy_diesel::reviewed_sql) declares. Those
    /// that are not listed here are refused, so that the list is the inventory; each is told to the audit once, by
    /// [`build`](Self::build).
    ///
    /// The connection serves on afterwards. On PostgreSQL a fragment calls only the server's own functions that are known to
    /// leave the session alone, and those that `harmless_functions` names; on every database it reads no
    /// table of its own.
    pub fn reviewed_sql(mut self, fragments: impl IntoIterator<Item = &'static ReviewedSql>) -> Self {
        self.reviewed.extend(fragments);
        self
    }

    /// Opens the pools, and refuses to serve from a database that does not keep its part of the promise.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if no connection can be made, and, on PostgreSQL, if it was not said whether there is a second wall or
    /// if the wall has holes. Everything that is wrong is listed, with the SQL that mends it.
    pub async fn build(self) -> Result<TenantPool<C>, BuildError> {
        let Self {
            home,
            across,
            admission,
            sizes,
            databases,
            max_connections_per_tenant,
            catalog,
            first_statements,
            audit,
            tenant_columns,
            reviewed,
            options,
        } = self;
        let tenant_columns: Arc<[TenantColumn]> = tenant_columns.into();
        let rules = Arc::new(C::rules(&options, catalog.is_some())?);
        let harmless = C::harmless_functions(&rules);
        let allowed = Arc::new(Allowed::decide(harmless, reviewed, C::RAW_SQL_SHOWS, &*audit)?);
        let own = matches!(home, Connections::At(_));
        let home = home.open(sizes, &options).await?;
        inspect::<C>(&home, &rules, &tenant_columns).await?;
        let across = match across {
            Some(connections) => Some(connections.open(sizes, &options).await?),
            None => None,
        };
        let admission = match admission {
            Some(connections) => Some(open_admission::<C>(connections, sizes, &options, &rules).await?),
            None => None,
        };
        let databases = own.then(|| {
            let rules = rules.clone();
            DatabasePools::new(databases, move |address: DatabaseAddress| {
                let (options, rules, columns) = (options.clone(), rules.clone(), tenant_columns.clone());
                async move {
                    let lender = open(address, sizes, options).await?;
                    inspect::<C>(&lender, &rules, &columns).await?;
                    Ok::<_, BuildError>(lender)
                }
            })
        });
        let inner = Inner {
            home,
            databases,
            across,
            admission,
            catalog: catalog.unwrap_or_else(|| Arc::new(AllShared)),
            rules,
            first_statements,
            tenant_limit: max_connections_per_tenant
                .map(|limit| TenantLimit::new(limit, sizes.acquire_timeout)),
            audit,
            allowed,
        };
        Ok(TenantPool { inner: Arc::new(inner) })
    }
}

impl<C: TenantConnection> Connections<C> {
    async fn open(self, sizes: PoolSizes, options: &C::Options) -> Result<SharedLender<C>, BuildError> {
        match self {
            Self::At(address) => {
                let address = DatabaseAddress::new(address)
                    .map_err(|error| ConnectionError::InvalidConnectionUrl(error.to_string()))?;
                open(address, sizes, options.clone()).await
            }
            Self::Of(lender) => Ok(lender),
        }
    }
}

async fn open<C: TenantConnection>(
    address: DatabaseAddress,
    sizes: PoolSizes,
    options: C::Options,
) -> Result<SharedLender<C>, BuildError> {
    Ok(Arc::new(OwnPool::<C>::open(address, sizes, options).await?))
}

/// Refuses a connection that may do more before admission than read what is declared.
async fn open_admission<C: TenantConnection>(
    connections: Connections<C>,
    sizes: PoolSizes,
    options: &C::Options,
    rules: &C::Rules,
) -> Result<SharedLender<C>, BuildError> {
    let lender = connections.open(sizes, options).await?;
    let mut borrowed = lender.lend(&Tenants::Nobody, None).await.map_err(BuildError::Pool)?;
    borrowed.parts().0.inspect_admission(rules).await?;
    drop(borrowed);
    Ok(lender)
}

/// Refuses to serve from a database that does not keep its part of the promise.
async fn inspect<C: TenantConnection>(
    lender: &SharedLender<C>,
    rules: &C::Rules,
    columns: &[TenantColumn],
) -> Result<(), BuildError> {
    let mut borrowed = lender.lend(&Tenants::Nobody, None).await.map_err(BuildError::Pool)?;
    let connection = borrowed.parts().0;
    connection.inspect(rules).await?;
    tenant_column::inspect(connection, columns).await
}

impl<C: TenantConnection> fmt::Debug for TenantPoolBuilder<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the addresses: they may hold passwords.
        formatter
            .debug_struct("TenantPoolBuilder")
            .field("sizes", &self.sizes)
            .field("max_connections_per_tenant", &self.max_connections_per_tenant)
            .finish_non_exhaustive()
    }
}
