//! SQLite, on diesel-async's wrapper of the blocking connection. There is no second wall.

use diesel::result::{DatabaseErrorKind, Error};
use diesel::{ConnectionError, ConnectionResult, QueryResult, SqliteConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use tenancy_core::placement::DatabaseAddress;

use super::{Abandoned, Ahead, Beginning, Count, Driver, Ids, Start, one_by_one, plain_opening, send_each};
use crate::error::{BuildError, PoolError};
use crate::options::TransactionOptions;
use crate::statement::{Execute, Load, OurOwn, Wanted};

/// How long a transaction waits for another one's lock; rusqlite's default. SQLite's own is not at all, which a pool of
/// several connections cannot use.
const BUSY_TIMEOUT_MILLISECONDS: u32 = 5000;

impl Driver for SyncConnectionWrapper<SqliteConnection> {
    const ABANDONED: Abandoned = Abandoned::RollBack;
    const RAW_SQL_SHOWS: bool = false;
    const DEFERS_KEYS: Option<&'static str> = Some("PRAGMA defer_foreign_keys = ON");

    type Options = ();
    type Rules = ();
    type Session = ();
    type Opening = Vec<String>;

    fn rules((): &(), _: bool) -> Result<(), BuildError> {
        Ok(())
    }

    async fn connect(address: &DatabaseAddress, (): &()) -> ConnectionResult<(Self, ())> {
        let mut connection = Self::establish(address.expose_url()).await?;
        connection
            .batch_execute(&format!("PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}"))
            .await
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok((connection, ()))
    }

    async fn count(&mut self, query: String) -> QueryResult<i64> {
        let count: Count = diesel::sql_query(query).get_result(self).await?;
        Ok(count.count)
    }

    /// By the rules of a column's affinity. Bytes stay bytes in a column of any.
    fn counts_if_spoilt(ids: Ids, table: &str, column: &str) -> Option<String> {
        let texts = "(type LIKE '%CHAR%' OR type LIKE '%CLOB%' OR type LIKE '%TEXT%' OR type LIKE '%BLOB%')";
        let spoils = match ids {
            Ids::Texts => format!("type <> '' AND (type LIKE '%INT%' OR NOT {texts})"),
            Ids::Numbers => format!(
                "(type LIKE '%REAL%' OR type LIKE '%FLOA%' OR type LIKE '%DOUB%') AND type NOT LIKE '%INT%' AND NOT {texts}"
            ),
            Ids::Bytes | Ids::Others => return None,
        };
        Some(format!(
            "SELECT count(*) AS count FROM pragma_table_info({table}) WHERE name = {column} COLLATE NOCASE AND {spoils}"
        ))
    }

    fn opening((): &(), (): &(), beginning: Beginning<'_>) -> Result<Start<Vec<String>>, PoolError> {
        plain_opening(beginning, |options| Self::opening_across(&(), options))
    }

    fn opening_across((): &(), options: TransactionOptions) -> Vec<String> {
        // A deferred transaction that turns from reading to writing can meet SQLITE_BUSY at any statement.
        vec![if options.read_only { "BEGIN" } else { "BEGIN IMMEDIATE" }.to_owned()]
    }

    async fn load_after<'query, Q, U>(
        &mut self,
        (): &mut (),
        ahead: Ahead<Vec<String>>,
        query: &mut Q,
        wanted: Wanted,
    ) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, Self::Backend, U>,
        U: Send,
    {
        send_each(self, one_by_one(ahead)).await?;
        query.load_on(self, wanted).await
    }

    async fn execute_after<'query, Q>(
        &mut self,
        (): &mut (),
        ahead: Ahead<Vec<String>>,
        statement: Q,
    ) -> QueryResult<usize>
    where
        Q: Execute<'query, Self::Backend>,
    {
        send_each(self, one_by_one(ahead)).await?;
        statement.execute_on(self, OurOwn).await
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

    /// A constraint may have been declared `ON CONFLICT ROLLBACK`, and what came next would be committed by itself.
    fn aborts(_: &DatabaseErrorKind) -> bool {
        true
    }
}
