//! MySQL and MariaDB. There is no second wall, and nothing is pipelined.

use diesel::result::DatabaseErrorKind;
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};
use tenancy_core::placement::DatabaseAddress;

use super::{Abandoned, Ahead, Beginning, Count, Driver, Ids, Start, one_by_one, plain_opening, send_each};
use crate::error::{BuildError, PoolError};
use crate::options::TransactionOptions;
use crate::statement::{Execute, Load, OurOwn, Wanted};

/// Without it the server cuts a text, and so a tenant's id, to what its column holds, and stores it for the tenant of that name.
/// Whatever else the mode has stays as it is.
const BE_STRICT: &str =
    "SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@SESSION.sql_mode, ''), 'STRICT_ALL_TABLES')";

impl Driver for AsyncMysqlConnection {
    const ABANDONED: Abandoned = Abandoned::Close;
    const RAW_SQL_SHOWS: bool = false;
    const DEFERS_KEYS: Option<&'static str> = None;

    type Options = ();
    type Rules = ();
    type Session = ();
    type Opening = Vec<String>;

    fn rules((): &(), _: bool) -> Result<(), BuildError> {
        Ok(())
    }

    async fn connect(address: &DatabaseAddress, (): &()) -> ConnectionResult<(Self, ())> {
        let mut connection = Self::establish(address.expose_url()).await?;
        connection.batch_execute(BE_STRICT).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok((connection, ()))
    }

    /// A pool of the application's may have connections that were opened otherwise.
    async fn inspect(&mut self, (): &()) -> Result<(), BuildError> {
        let strict = "SELECT CAST(@@SESSION.sql_mode LIKE '%STRICT_%' AS SIGNED) AS count";
        let strict = self.count(strict.to_owned()).await.map_err(BuildError::Look)?;
        if strict > 0 { Ok(()) } else { Err(BuildError::NotStrict) }
    }

    async fn count(&mut self, query: String) -> QueryResult<i64> {
        let count: Count = diesel::sql_query(query).get_result(self).await?;
        Ok(count.count)
    }

    fn counts_if_spoilt(ids: Ids, table: &str, column: &str) -> Option<String> {
        let spoils = match ids {
            Ids::Texts => "numeric_precision IS NOT NULL",
            Ids::Numbers => "data_type IN ('float', 'double')",
            Ids::Bytes => "character_set_name IS NOT NULL",
            Ids::Others => return None,
        };
        Some(format!(
            "SELECT count(*) AS count FROM information_schema.columns WHERE table_name = {table} AND column_name = {column} \
             AND table_schema = DATABASE() AND {spoils}"
        ))
    }

    fn opening((): &(), (): &(), beginning: Beginning<'_>) -> Result<Start<Vec<String>>, PoolError> {
        plain_opening(beginning, |options| Self::opening_across(&(), options))
    }

    fn opening_across((): &(), options: TransactionOptions) -> Vec<String> {
        // Of the next transaction only, unlike SET SESSION.
        let level = options.isolation.map(|level| format!("SET TRANSACTION ISOLATION LEVEL {level}"));
        let begin = if options.read_only { "START TRANSACTION READ ONLY" } else { "START TRANSACTION" };
        level.into_iter().chain([begin.to_owned()]).collect()
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

    /// MySQL undoes only the statement for these; a deadlock undoes the transaction, and what comes next would be committed
    /// by itself.
    fn aborts(kind: &DatabaseErrorKind) -> bool {
        use DatabaseErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation};
        !matches!(kind, UniqueViolation | ForeignKeyViolation | NotNullViolation | CheckViolation)
    }
}
