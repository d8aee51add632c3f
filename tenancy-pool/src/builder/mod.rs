//! Building `Tenants`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bb8::ManageConnection;
use diesel::result::ConnectionError;
use futures_util::FutureExt;
use tenancy_core::{AuditSink, TracingSink};

use super::driver::TenantConnection;
use super::per_tenant::PerTenant;
use super::pool::{Connector, Given, LastFailure, Manager, OwnPool};
use super::tenants::{FirstStatements, Shared, SharedPool, Tenants};
use crate::placement::{AllShared, Catalog, DatabaseAddress, Pools, PoolsOptions};

#[cfg(feature = "tenants-postgres")]
mod postgres;
mod wall;

#[cfg(feature = "tenants-postgres")]
pub use self::postgres::PostgresOptions;
pub use self::wall::BuildError;
pub(super) use self::wall::Guard;

/// What [`Tenants`] are built of.
///
/// # Examples
///
/// ```no_run
/// # #[cfg(feature = "tenants-sqlite")]
/// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use diesel::SqliteConnection;
/// use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
/// use tenancy_diesel::tenants::Tenants;
///
/// let tenants = Tenants::<SyncConnectionWrapper<SqliteConnection>>::builder("app.sqlite3")
///     .max_size(20)
///     .connections_per_tenant(5)
///     .connection_timeout(Duration::from_secs(3))
///     .build()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct TenantsBuilder<C: TenantConnection> {
    home: Source<C>,
    across: Option<Source<C>>,
    sizes: Sizes,
    databases: PoolsOptions,
    per_tenant: Option<usize>,
    catalog: Option<Arc<dyn Catalog>>,
    shared_path: Option<String>,
    first_statements: Option<FirstStatements>,
    audit: Arc<dyn AuditSink>,
    connecting: C::ConnectOptions,
    guard: Guard,
}

/// Where connections come from.
enum Source<C> {
    Address(String),
    Pool(SharedPool<C>),
}

/// The sizes and timeouts of a pool.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    max_size: u32,
    min_idle: Option<u32>,
    connection_timeout: Duration,
    idle_timeout: Option<Duration>,
    max_lifetime: Option<Duration>,
}

impl<C: TenantConnection> Tenants<C> {
    /// Starts to build from the address of the database that holds the shared tables.
    pub fn builder(address: impl Into<String>) -> TenantsBuilder<C> {
        TenantsBuilder::new(Source::Address(address.into()))
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
    pub fn over<M>(pool: bb8::Pool<M>) -> TenantsBuilder<C>
    where
        M: ManageConnection<Connection = C, Error: fmt::Display>,
    {
        TenantsBuilder::new(Source::Pool(Arc::new(Given(pool))))
    }
}

impl<C: TenantConnection> TenantsBuilder<C> {
    fn new(home: Source<C>) -> Self {
        // bb8's own defaults.
        let sizes = Sizes {
            max_size: 10,
            min_idle: None,
            connection_timeout: Duration::from_secs(30),
            idle_timeout: Some(Duration::from_secs(600)),
            max_lifetime: Some(Duration::from_secs(1800)),
        };
        Self {
            home,
            across: None,
            sizes,
            databases: PoolsOptions::new(),
            per_tenant: None,
            catalog: None,
            shared_path: None,
            first_statements: None,
            audit: Arc::new(TracingSink),
            connecting: C::ConnectOptions::default(),
            guard: Guard::default(),
        }
    }

    /// The most connections of a pool; ten unless said otherwise. Each database of a tenant's own has a pool of this size.
    pub const fn max_size(mut self, connections: u32) -> Self {
        self.sizes.max_size = if connections == 0 { 1 } else { connections };
        self
    }

    /// How many connections are kept open though nobody uses them.
    pub const fn min_idle(mut self, connections: u32) -> Self {
        self.sizes.min_idle = Some(connections);
        self
    }

    /// How long to wait for a connection; thirty seconds unless said otherwise.
    pub const fn connection_timeout(mut self, timeout: Duration) -> Self {
        self.sizes.connection_timeout = timeout;
        self
    }

    /// How long a connection may be unused before it is closed; `None` for ever. Ten minutes unless said otherwise.
    pub const fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.sizes.idle_timeout = timeout;
        self
    }

    /// How long a connection may live; `None` for ever. Thirty minutes unless said otherwise.
    pub const fn max_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.sizes.max_lifetime = lifetime;
        self
    }

    /// The most connections that one tenant may hold at a time, so that one cannot drain the pool. No limit unless it is set.
    pub const fn connections_per_tenant(mut self, connections: usize) -> Self {
        self.per_tenant = Some(if connections == 0 { 1 } else { connections });
        self
    }

    /// Who knows where each tenant lives. Unless said otherwise, all live in the shared tables.
    ///
    /// On PostgreSQL behind the wall, transactions in the shared tables then set their search path as well, to the schemas in which
    /// [`Tables`](crate::rls::Tables) says that they are: a path that is stored for the role must not lead into the schema of a
    /// tenant. See [`shared_search_path`](Self::shared_search_path).
    pub fn catalog(mut self, catalog: impl Catalog + 'static) -> Self {
        self.catalog = Some(Arc::new(catalog));
        self
    }

    /// The schemas of the shared tables, and of what else their statements name without a schema, in this order.
    pub fn shared_search_path<S: AsRef<str>>(mut self, schemas: impl IntoIterator<Item = S>) -> Self {
        let schemas =
            schemas.into_iter().map(|schema| format!("\"{}\"", schema.as_ref().replace('"', "\"\"")));
        self.shared_path = Some(schemas.chain(["pg_temp".to_owned()]).collect::<Vec<_>>().join(", "));
        self
    }

    /// How many pools there may be for databases of tenants' own, and how long an unused one stays.
    pub const fn databases(mut self, options: PoolsOptions) -> Self {
        self.databases = options;
        self
    }

    /// The address for transactions that span tenants, with a role that the database lets do so.
    pub fn across(mut self, address: impl Into<String>) -> Self {
        self.across = Some(Source::Address(address.into()));
        self
    }

    /// The pool for transactions that span tenants.
    pub fn across_over<M>(mut self, pool: bb8::Pool<M>) -> Self
    where
        M: ManageConnection<Connection = C, Error: fmt::Display>,
    {
        self.across = Some(Source::Pool(Arc::new(Given(pool))));
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

    /// Opens the pools, and refuses to serve from a database that does not keep its part of the promise.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if no connection can be made, and, on PostgreSQL, if it was not said whether there is a second wall or
    /// if the wall has holes. Everything that is wrong is listed, with the SQL that mends it.
    pub async fn build(self) -> Result<Tenants<C>, BuildError> {
        let Self {
            home,
            across,
            sizes,
            databases,
            per_tenant,
            catalog,
            shared_path,
            first_statements,
            audit,
            connecting,
            guard,
        } = self;
        let guard = Arc::new(guard.decided::<C>()?);
        let opens_databases = matches!(home, Source::Address(_));
        let home = match home {
            Source::Address(address) => open(address, sizes, &connecting).await?,
            Source::Pool(pool) => pool,
        };
        guard.inspect(&home).await?;
        let across = match across {
            Some(Source::Address(address)) => Some(open(address, sizes, &connecting).await?),
            Some(Source::Pool(pool)) => Some(pool),
            None => None,
        };
        let databases = opens_databases.then(|| {
            let guard = guard.clone();
            Pools::new(databases, move |address: DatabaseAddress| {
                let (connecting, guard) = (connecting.clone(), guard.clone());
                async move {
                    let pool = open(address.expose_url().to_owned(), sizes, &connecting).await?;
                    guard.inspect(&pool).await?;
                    Ok::<_, BuildError>(pool)
                }
            })
        });
        let per_tenant = per_tenant.map(|limit| PerTenant::new(limit, sizes.connection_timeout));
        let shared_path = shared_path.or_else(|| catalog.as_ref().and_then(|_| guard.shared_path()));
        let catalog = catalog.unwrap_or_else(|| Arc::new(AllShared));
        let shared = Shared {
            home,
            databases,
            across,
            catalog,
            shared_path,
            guard,
            first_statements,
            per_tenant,
            audit,
        };
        Ok(Tenants { shared: Arc::new(shared) })
    }
}

/// Opens a pool, and one connection to see that it can.
async fn open<C: TenantConnection>(
    address: String,
    sizes: Sizes,
    connecting: &C::ConnectOptions,
) -> Result<SharedPool<C>, BuildError> {
    let address = DatabaseAddress::new(address)
        .map_err(|error| BuildError::Connect(ConnectionError::InvalidConnectionUrl(error.to_string())))?;
    let connecting = connecting.clone();
    let connector: Connector<C> = Arc::new(move || {
        let (address, connecting) = (address.clone(), connecting.clone());
        async move { C::connect(&address, &connecting).await }.boxed()
    });
    // Once by hand: bb8 retries until its timeout, and then says only that it timed out.
    let first = connector().await.map_err(BuildError::Connect)?;
    let failure = LastFailure::default();
    let pool = bb8::Pool::builder()
        .max_size(sizes.max_size)
        .min_idle(sizes.min_idle)
        .connection_timeout(sizes.connection_timeout)
        .idle_timeout(sizes.idle_timeout)
        .max_lifetime(sizes.max_lifetime)
        .error_sink(Box::new(failure.clone()))
        .build_unchecked(Manager::new(connector));
    // A pool that has filled itself in the meantime has no room for it.
    let _unneeded = pool.add(Box::new(first));
    Ok(Arc::new(OwnPool { pool, failure }))
}

impl<C: TenantConnection> fmt::Debug for TenantsBuilder<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the addresses: they may hold passwords.
        formatter
            .debug_struct("TenantsBuilder")
            .field("sizes", &self.sizes)
            .field("per_tenant", &self.per_tenant)
            .finish_non_exhaustive()
    }
}
