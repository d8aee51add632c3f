//! The grants of a PostgreSQL database, for an application's servers.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use diesel::ConnectionError;
use tenancy_core::placement::DatabaseAddress;
use tenancy_core::support::{SupportAccess, SupportStore};
use tenancy_core::{InvalidTenantKey, Reason, Scoped, TenantKey, ToTenantKey};
use tenancy_pool::OperatorConnection;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::log::{LOG, LogEntry};

/// How long an answer may take, connecting included, unless told otherwise.
const LIMIT: Duration = Duration::from_secs(5);

/// Finds the grant and records its use, in one statement: it is both or neither, at one moment of the database's clock.
const USE: &str = "
WITH held AS (
    SELECT a.id, a.reason, a.granted_by, a.ends_at FROM tenancy.support_access AS a
     WHERE a.tenant = $1 AND a.person = $2 AND a.starts_at <= now() AND a.ends_at > now() AND a.revoked_at IS NULL
     ORDER BY a.ends_at DESC, a.id LIMIT 1
), used AS (
    INSERT INTO tenancy.support_uses (access, tenant, person) SELECT held.id, $1, $2 FROM held RETURNING access
)
SELECT held.id::text AS id, held.reason, held.granted_by, extract(epoch FROM held.ends_at)::float8 AS until
  FROM held JOIN used ON used.access = held.id";

/// The grants in the table `tenancy.support_access`, which [`SupportMigration`](super::SupportMigration) makes. A clone is the same store.
///
/// It has one connection, opened when it is first asked and again after it was lost, on which questions do not wait for each other. Each is one
/// message to the server and its answer.
///
/// # Examples
///
/// ```no_run
/// use tenancy_core::placement::DatabaseAddress;
/// use tenancy_operate::support::PgSupportStore;
///
/// let address = DatabaseAddress::new(std::env::var("SUPPORT_DATABASE_URL")?)?;
/// let store = PgSupportStore::new(address);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PgSupportStore {
    inner: Arc<Inner>,
}

struct Inner {
    address: DatabaseAddress,
    how: OperatorConnection,
    limit: Duration,
    client: Mutex<Option<Arc<Client>>>,
}

impl PgSupportStore {
    /// Asks the database at `address`, in which is the role of the [door](super::SupportMigration::door). Nothing is connected yet.
    #[must_use]
    pub fn new(address: DatabaseAddress) -> Self {
        Self::connecting(address, OperatorConnection::new("tenancy-support"))
    }

    /// The same, connecting in another way: through a pooler, or with other authorities.
    #[must_use]
    pub fn connecting(address: DatabaseAddress, how: OperatorConnection) -> Self {
        Self::with(address, how, LIMIT)
    }

    /// Allows an answer this long, connecting included, instead of five seconds. What takes longer admits nobody.
    #[must_use]
    pub fn answer_within(self, limit: Duration) -> Self {
        Self::with(self.inner.address.clone(), self.inner.how.clone(), limit)
    }

    fn with(address: DatabaseAddress, how: OperatorConnection, limit: Duration) -> Self {
        Self { inner: Arc::new(Inner { address, how, limit, client: Mutex::default() }) }
    }

    /// The trail of the scope's tenant, oldest first: who was let in by whom, why and until when, each use, and each end.
    ///
    /// For a page on which the tenant reads it. The scope says whose it is: nobody reads another's, and wherever the tenant's rows are, its trail is here.
    ///
    /// # Errors
    ///
    /// [`SupportStoreError`].
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub async fn log<I: ToTenantKey, B>(
        &self,
        scope: &Scoped<I, B>,
    ) -> Result<Vec<LogEntry>, SupportStoreError> {
        let tenant = scope.tenant().to_tenant_key()?;
        let rows = self.ask(LOG, &[tenant.as_str()]).await?;
        Ok(rows.iter().map(LogEntry::read).collect())
    }

    /// The rows of a query whose parameters are texts. A connection that turns out to be lost is opened anew, once.
    async fn ask(&self, query: &str, texts: &[&str]) -> Result<Vec<Row>, SupportStoreError> {
        let asked = async {
            let client = self.client().await?;
            match rows(&client, query, texts).await {
                Err(error) if is_lost(&error) || client.is_closed() => {
                    self.forget(&client).await;
                    rows(&*self.client().await?, query, texts).await
                }
                answer => answer,
            }
            .map_err(SupportStoreError::Query)
        };
        let limit = self.inner.limit;
        timeout(limit, asked).await.unwrap_or(Err(SupportStoreError::Late { limit }))
    }

    /// Takes no other connection for it: somebody else may have opened one by now.
    async fn forget(&self, lost: &Arc<Client>) {
        let mut kept = self.inner.client.lock().await;
        if kept.as_ref().is_some_and(|client| Arc::ptr_eq(client, lost)) {
            *kept = None;
        }
    }

    async fn client(&self) -> Result<Arc<Client>, SupportStoreError> {
        let mut kept = self.inner.client.lock().await;
        if let Some(client) = kept.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let client = self.inner.how.client(&self.inner.address).await.map_err(SupportStoreError::Connect)?;
        let client = Arc::new(client);
        *kept = Some(Arc::clone(&client));
        Ok(client)
    }
}

/// Whether the session is over. The server's last word may come as the answer to a query, before the connection is known to be closed.
fn is_lost(error: &tokio_postgres::Error) -> bool {
    let over = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::IDLE_SESSION_TIMEOUT];
    error.is_closed() || error.code().is_some_and(|code| over.contains(code))
}

async fn rows(client: &Client, query: &str, texts: &[&str]) -> Result<Vec<Row>, tokio_postgres::Error> {
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        texts.iter().map(|text| (text as &(dyn ToSql + Sync), Type::TEXT)).collect();
    client.query_typed(query, &parameters).await
}

impl SupportStore for PgSupportStore {
    type Error = SupportStoreError;

    async fn use_grant(
        &self,
        person: &str,
        tenant: &TenantKey,
    ) -> Result<Option<SupportAccess>, SupportStoreError> {
        // PostgreSQL has no text with a NUL in it, and so no grant.
        if person.contains('\0') {
            return Ok(None);
        }
        let rows = self.ask(USE, &[tenant.as_str(), person]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let reason = Reason::new(row.get("reason")).map_err(|_| SupportStoreError::NoReason)?;
        // The constraint on how long a grant lasts keeps it within what a duration holds.
        let until =
            SystemTime::UNIX_EPOCH + Duration::try_from_secs_f64(row.get("until")).unwrap_or_default();
        let (id, by): (&str, &str) = (row.get("id"), row.get("granted_by"));
        Ok(Some(SupportAccess::new(id, reason, by, until)))
    }
}

impl fmt::Debug for PgSupportStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgSupportStore")
            .field("address", &self.inner.address.to_string())
            .finish_non_exhaustive()
    }
}

/// Why the grants could not be asked, or a use not be recorded. Nobody is admitted then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SupportStoreError {
    /// There is no connection.
    #[error("the database of the grants of support cannot be connected to")]
    Connect(#[source] ConnectionError),
    /// The statement failed.
    #[error(
        "the grants of support cannot be asked, or their use not be recorded: is tenancy.support_access there, and this role its door?"
    )]
    Query(#[source] tokio_postgres::Error),
    /// It took too long.
    #[error("the database of the grants of support did not answer within {limit:?}")]
    Late {
        /// How long it may take.
        limit: Duration,
    },
    /// The tenant has no text.
    #[error(transparent)]
    Tenant(#[from] InvalidTenantKey),
    /// A grant has none.
    #[error("a grant of support has no reason, and lets nobody in")]
    NoReason,
}
