//! A table of the webhooks that were handled.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use diesel::prelude::*;
use tenancy_pool::{PoolError, TenantConnection, TenantPool};

use super::deduplication::{Begun, EventKey, EventLog};

tenancy_diesel::table! {
    #![tenant_global(tenancy_webhook_events)]

    /// The webhooks that were handled, or are being handled. Nobody's: it has ids of events, and no tenant.
    tenancy_webhook_events (provider, event_id) {
        /// Who has sent it.
        provider -> Text,
        /// Its id there.
        event_id -> Text,
        /// When somebody else may handle it, in seconds since 1970.
        leased_until -> BigInt,
        /// Whether it was handled.
        is_done -> Bool,
    }
}

/// Remembers webhooks in the table [`tenancy_webhook_events`], in the database of the shared tables.
///
/// The table is made by [`MIGRATION`]. Behind the second wall, list it among the declared tables and give the application's role the rights that the
/// migration names. Rows that are older than the provider sends an event again, a month say, may be deleted.
///
/// On PostgreSQL and SQLite, with the features of their names.
pub struct TableLog<C: TenantConnection> {
    pool: TenantPool<C>,
}

/// Makes the table of a [`TableLog`], on PostgreSQL and SQLite alike. On PostgreSQL the application's role needs
/// `GRANT SELECT, INSERT, UPDATE ON tenancy_webhook_events`.
pub const MIGRATION: &str = "CREATE TABLE tenancy_webhook_events (
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    leased_until BIGINT NOT NULL,
    is_done BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (provider, event_id)
);";

impl<C: TenantConnection> TableLog<C> {
    /// In the database of this pool.
    pub const fn new(pool: TenantPool<C>) -> Self {
        Self { pool }
    }
}

/// Seconds since 1970. A clock before that leases nothing.
fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// For each connection by itself: Diesel's statements are only generic over backends with bounds that fill pages.
macro_rules! event_log {
    ($connection:ty) => {
        impl EventLog for TableLog<$connection> {
            type Error = PoolError;

            async fn begin(&self, event: &EventKey, lease: Duration) -> Result<Begun, PoolError> {
                use tenancy_webhook_events as events;
                let now = SystemTime::now();
                let until = seconds(now.checked_add(lease).unwrap_or(now));
                let row = (
                    events::provider.eq(&event.provider),
                    events::event_id.eq(&event.event),
                    events::leased_until.eq(until),
                    events::is_done.eq(false),
                );
                let db = self.pool.global();
                // The key lets one of two in.
                let insert = diesel::insert_into(events::table).values(row).on_conflict_do_nothing();
                if db.execute(insert).await? == 1 {
                    return Ok(Begun::First);
                }
                let key = (&event.provider, &event.event);
                let expired = events::is_done.eq(false).and(events::leased_until.lt(seconds(now)));
                let take_over = diesel::update(events::table.find(key).filter(expired))
                    .set(events::leased_until.eq(until));
                if db.execute(take_over).await? == 1 {
                    return Ok(Begun::First);
                }
                let is_done = db.first::<_, _, bool>(events::table.find(key).select(events::is_done)).await?;
                Ok(if is_done { Begun::Done } else { Begun::UnderWay })
            }

            async fn finish(&self, event: &EventKey) -> Result<(), PoolError> {
                use tenancy_webhook_events as events;
                let key = (&event.provider, &event.event);
                let done = diesel::update(events::table.find(key)).set(events::is_done.eq(true));
                self.pool.global().execute(done).await.map(drop)
            }
        }
    };
}

#[cfg(feature = "postgres")]
event_log!(diesel_async::AsyncPgConnection);
#[cfg(feature = "sqlite")]
event_log!(diesel_async::sync_connection_wrapper::SyncConnectionWrapper<diesel::SqliteConnection>);

// By hand: deriving would ask `C: Clone`.
impl<C: TenantConnection> Clone for TableLog<C> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

impl<C: TenantConnection> fmt::Debug for TableLog<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableLog").field("pool", &self.pool).finish()
    }
}
