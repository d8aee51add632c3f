//! MySQL and MariaDB. There is no second wall, and nothing is pipelined.

use diesel::result::DatabaseErrorKind;
use diesel::{ConnectionResult, QueryResult};
use diesel_async::{AsyncConnection, AsyncMysqlConnection};
use tenancy_core::placement::DatabaseAddress;

use super::{Abandoned, Ahead, Beginning, Driver, one_by_one, plain_opening, send_each};
use crate::error::{BuildError, PoolError};
use crate::options::TransactionOptions;
use crate::statement::{Execute, Load, OurOwn, Wanted};

impl Driver for AsyncMysqlConnection {
    const ABANDONED: Abandoned = Abandoned::Close;
    const RAW_SQL_SHOWS: bool = false;

    type Options = ();
    type Rules = ();
    type Session = ();
    type Opening = Vec<String>;

    fn rules((): &(), _: bool) -> Result<(), BuildError> {
        Ok(())
    }

    async fn connect(address: &DatabaseAddress, (): &()) -> ConnectionResult<(Self, ())> {
        Ok((Self::establish(address.expose_url()).await?, ()))
    }

    fn opening((): &(), (): &(), beginning: Beginning<'_>) -> Result<Option<Vec<String>>, PoolError> {
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
        query: Q,
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
