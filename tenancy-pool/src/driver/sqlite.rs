//! SQLite, on diesel-async's wrapper of the blocking connection. There is no second wall.

use diesel::result::{DatabaseErrorKind, Error};
use diesel::{ConnectionError, ConnectionResult, QueryResult, SqliteConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, SimpleAsyncConnection};

use super::{Abandoned, Driver};
use crate::placement::DatabaseAddress;
use crate::tenants::opening::Opening;
use crate::tenants::options::TransactionOptions;
use crate::tenants::pool::Session;

/// How long a transaction waits for another one's lock; rusqlite's default. SQLite's own is not at all, which a pool of
/// several connections cannot use.
const BUSY_TIMEOUT_MILLISECONDS: u32 = 5000;

impl Driver for SyncConnectionWrapper<SqliteConnection> {
    const ABANDONED: Abandoned = Abandoned::RollBack;
    const HAS_WALL: bool = false;
    const RAW_SQL_SHOWS: bool = false;

    type ConnectOptions = ();

    async fn connect(address: &DatabaseAddress, (): &()) -> ConnectionResult<Session<Self>> {
        let mut connection = Self::establish(address.expose_url()).await?;
        connection
            .batch_execute(&format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}"))
            .await
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Session::new(connection, None))
    }

    /// A constraint may have been declared `ON CONFLICT ROLLBACK`, and what came next would be committed by itself.
    fn aborts(_: &DatabaseErrorKind) -> bool {
        true
    }

    fn begin(options: &TransactionOptions, opening: &mut Opening) {
        options.begin_on_sqlite(opening);
    }

    async fn roll_back(&mut self) -> QueryResult<()> {
        match self.batch_execute("ROLLBACK").await {
            // It was abandoned before its BEGIN.
            Err(Error::DatabaseError(_, information))
                if information.message().contains("no transaction is active") =>
            {
                Ok(())
            }
            ended => ended,
        }
    }
}
