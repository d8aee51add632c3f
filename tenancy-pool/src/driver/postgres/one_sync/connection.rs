//! The connection, as diesel-async has connections.

use std::sync::Arc;

use diesel::connection::{
    CacheSize, DynInstrumentation, Instrumentation, InstrumentationEvent, StrQueryHelper,
};
use diesel::pg::{Pg, PgMetadataCache};
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, Nullable, Oid, Text};
use diesel::{ConnectionError, ConnectionResult, QueryResult, QueryableByName};
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncConnectionCore, SimpleAsyncConnection, TransactionManager,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Iter};
use tenancy_core::placement::DatabaseAddress;
use tokio::task::unconstrained;

use super::super::connect::ConnectOptions;
use super::ahead::Ahead;
use super::binds::{Bound, bind};
use super::exchange::{Answer, Exchange, Run};
use super::link::{Link, Status};
use super::open::open;
use super::row::WireRow;
use super::statements::{Key, Statements};

/// A connection to PostgreSQL of our own, on which a tenant and its statement travel as one transaction.
///
/// It is diesel-async's [`AsyncConnection`] as `AsyncPgConnection` is, and a [`TenantPool`](crate::TenantPool) of it behaves as one of
/// that. What differs is what is sent: a single statement goes in one write with what tells the database its tenant, and PostgreSQL
/// runs both as one transaction. So a statement that writes takes one round trip where it took two, and one that is prepared is not
/// printed again by the connection. It does little beside: no COPY, no LISTEN, no two statements at the same time. An answer is read as
/// a whole before its first row is given out.
///
/// It connects by `tokio-postgres`, which does the authentication, and TLS where this crate has it; [`establish`](Self::establish) does so
/// as a pool would.
///
/// # Cancellation
///
/// Dropping the future of a statement is safe at each poll: the next statement first waits for what is left of the answer. Whether what was
/// dropped has run is not known.
///
/// # Examples
///
/// ```no_run
/// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
/// use tenancy_pool::{OneSyncConnection, TenantPool};
///
/// let pool = TenantPool::<OneSyncConnection>::builder("postgres://app@db/app")
///     .without_wall("only types keep tenants apart in this example")
///     .build()
///     .await?;
/// # Ok(())
/// # }
/// ```
pub struct OneSyncConnection {
    pub(super) link: Link,
    pub(super) statements: Statements,
    types: PgMetadataCache,
    /// What goes ahead of the next statement.
    pub(super) ahead: Option<Ahead>,
    /// A COMMIT was sent, and nobody has waited for it.
    ending: bool,
    transactions: AnsiTransactionManager,
    instrumentation: DynInstrumentation,
}

impl OneSyncConnection {
    pub(super) fn new(link: Link, keeps_statements: bool) -> Self {
        Self {
            link,
            statements: Statements::new(keeps_statements),
            types: PgMetadataCache::new(),
            ahead: None,
            ending: false,
            transactions: AnsiTransactionManager::default(),
            instrumentation: DynInstrumentation::default_instrumentation(),
        }
    }

    /// Puts together what is sent next: what goes ahead, and a statement. Where that cannot be written, nothing of it is lost: the
    /// transaction that it opens is still to be opened, and an end that nobody has waited for is still to be waited for.
    async fn assemble(&mut self, run: Option<Run>) -> QueryResult<Exchange> {
        let behind_an_end = self.ending && self.link.owed() == 1;
        if !behind_an_end {
            self.ending = false;
            self.link.settle().await?;
        }
        let mut exchange = Exchange::new(&mut self.statements)?;
        if behind_an_end {
            exchange.behind_an_end();
        }
        if let Some(ahead) = &self.ahead {
            let read_only = self.link.may_begin_read_only();
            // Not an error of the statement, after which a transaction goes on.
            ahead.put(&mut exchange, &mut self.statements, read_only).map_err(|error| unsendable(&error))?;
        }
        if let Some(run) = run {
            exchange.run(&mut self.statements, run)?;
        }
        self.ahead = None;
        self.ending = false;
        Ok(exchange)
    }

    /// Sends what goes ahead, if there is anything, and waits.
    pub(super) async fn send_ahead(&mut self) -> QueryResult<()> {
        if self.ahead.is_none() {
            return Ok(());
        }
        let exchange = self.assemble(None).await?;
        exchange.complete(&mut self.link, &mut self.statements).await?;
        Ok(())
    }

    /// Runs a statement, behind what goes ahead of it.
    async fn run(&mut self, bound: QueryResult<Bound>) -> QueryResult<Answer> {
        let bound = bound?;
        if !bound.unknown.is_empty() {
            self.look_up(&bound).await?;
        }
        self.send(bound).await
    }

    async fn send(&mut self, bound: Bound) -> QueryResult<Answer> {
        let run = bound.resolve(&self.types)?;
        let exchange = self.assemble(Some(run)).await?;
        let answer = exchange.complete(&mut self.link, &mut self.statements).await;
        self.note_failure(answer, false)
    }

    /// Asks the server for the types that a statement names: where the statement is going to run, so that the search path is its own.
    async fn look_up(&mut self, bound: &Bound) -> QueryResult<()> {
        let names: Vec<&str> = bound.unknown.iter().map(|wanted| wanted.name.as_str()).collect();
        let schemas: Vec<Option<&str>> =
            bound.unknown.iter().map(|wanted| wanted.schema.as_deref()).collect();
        let query =
            diesel::sql_query(TYPES).bind::<Array<Text>, _>(names).bind::<Array<Nullable<Text>>, _>(schemas);
        let query = bind(&query, &mut self.types, &self.statements)?;
        // What is told to a session and its statement goes ahead of both: it is one transaction with each of them.
        let again = self.ahead.as_ref().and_then(Ahead::again);
        let answer = self.send(query).await?;
        self.ahead = again;
        for (wanted, row) in bound.unknown.iter().zip(&answer.rows) {
            let found = <Found as QueryableByName<Pg>>::build(row).map_err(Error::DeserializationError)?;
            if let (Some(oid), Some(array)) = (found.oid, found.array) {
                self.types.store_type(wanted.key(), (oid, array));
            }
        }
        Ok(())
    }

    /// Diesel's transactions have to know of some failures.
    fn note_failure<T>(&mut self, result: QueryResult<T>, commits: bool) -> QueryResult<T> {
        if let Err(Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) = &result
            && !commits
        {
            AnsiTransactionManager::transaction_manager_status_mut(self)
                .set_requires_rollback_maybe_up_to_top_level(true);
        }
        result
    }

    /// Sends a COMMIT without waiting for its answer.
    pub(super) fn end_now(&mut self) -> QueryResult<()> {
        if self.link.owed() > 0 {
            return Err(Error::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand,
                Box::new("an answer is under way".to_owned()),
            ));
        }
        let mut message = bytes::BytesMut::new();
        postgres_protocol::message::frontend::query("COMMIT", &mut message)
            .map_err(|error| Error::QueryBuilderError(Box::new(error)))?;
        self.link.queue(&message, 1);
        self.link.send_now()?;
        self.ending = true;
        Ok(())
    }

    /// Waits for whatever is under way, and ends whatever transaction is open.
    pub(super) async fn roll_back_all(&mut self) -> QueryResult<()> {
        self.ahead = None;
        self.ending = false;
        self.link.settle().await?;
        if self.link.status() != Status::Idle {
            self.batch_execute("ROLLBACK").await?;
        }
        match self.link.status() {
            Status::Idle => Ok(()),
            Status::InTransaction | Status::InFailedTransaction => Err(Error::DatabaseError(
                DatabaseErrorKind::Unknown,
                Box::new("a transaction is open that was rolled back".to_owned()),
            )),
        }
    }

    /// Whether the server has hung up, as far as can be told without waiting.
    pub(super) fn has_hung_up(&mut self) -> bool {
        // Unconstrained: without budget left, tokio would say that there is nothing to be read yet.
        let look = unconstrained(async { self.link.is_closed() });
        look.now_or_never().unwrap_or(true)
    }
}

impl SimpleAsyncConnection for OneSyncConnection {
    async fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.instrumentation
            .on_connection_event(InstrumentationEvent::start_query(&StrQueryHelper::new(query)));
        let result = async {
            let mut exchange = self.assemble(None).await?;
            exchange.text(query, true)?;
            exchange.complete(&mut self.link, &mut self.statements).await
        }
        .await;
        let result = self.note_failure(result.map(drop), query == "COMMIT");
        self.instrumentation.on_connection_event(InstrumentationEvent::finish_query(
            &StrQueryHelper::new(query),
            result.as_ref().err(),
        ));
        result
    }
}

impl AsyncConnectionCore for OneSyncConnection {
    type ExecuteFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<usize>>;
    type LoadFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<Self::Stream<'conn, 'query>>>;
    type Stream<'conn, 'query> = Iter<OkRows>;
    type Row<'conn, 'query> = WireRow;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        let bound = self.begin(&source.as_query());
        async move {
            let answer = self.finish(bound).await?;
            Ok(stream::iter(OkRows(answer.rows.into_iter())))
        }
        .boxed()
    }

    fn execute_returning_count<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        let bound = self.begin(&source);
        async move { Ok(self.finish(bound).await?.affected) }.boxed()
    }
}

impl OneSyncConnection {
    /// Reads all that is needed off the query, which need not be `Send`.
    fn begin<Q: QueryFragment<Pg> + QueryId>(&mut self, query: &Q) -> Begun {
        self.instrumentation
            .on_connection_event(InstrumentationEvent::start_query(&diesel::debug_query::<Pg, _>(query)));
        let bound = bind(query, &mut self.types, &self.statements);
        // For whoever listens to what is run: printed already, or kept with what is prepared.
        let sql = match &bound {
            Ok(bound) => bound.sql().cloned(),
            Err(_) => None,
        };
        let kept = || Q::query_id().and_then(|id| self.statements.text(&Key::Query(id)));
        Begun { sql: sql.or_else(kept).unwrap_or_default(), bound }
    }

    async fn finish(&mut self, begun: Begun) -> QueryResult<Answer> {
        let result = self.run(begun.bound).await;
        self.instrumentation.on_connection_event(InstrumentationEvent::finish_query(
            &StrQueryHelper::new(&begun.sql),
            result.as_ref().err(),
        ));
        result
    }
}

/// What goes ahead cannot be written, so that nothing may go behind it.
fn unsendable(error: &Error) -> Error {
    Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(error.to_string()))
}

/// A statement of which nothing but this is needed.
struct Begun {
    sql: Arc<str>,
    bound: QueryResult<Bound>,
}

/// Rows, all of which are there.
#[derive(Debug)]
pub struct OkRows(std::vec::IntoIter<WireRow>);

impl Iterator for OkRows {
    type Item = QueryResult<WireRow>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Ok)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl AsyncConnection for OneSyncConnection {
    type TransactionManager = AnsiTransactionManager;

    /// Connects as a pool does that nothing was said to: within ten seconds, and by TLS where the address, or the server, asks for it.
    async fn establish(database_url: &str) -> ConnectionResult<Self> {
        let address = DatabaseAddress::new(database_url)
            .map_err(|error| ConnectionError::InvalidConnectionUrl(error.to_string()))?;
        let (connection, _) = open(&address, &ConnectOptions::new()).await?;
        Ok(connection)
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        &mut self.transactions
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        &mut *self.instrumentation
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.instrumentation = instrumentation.into();
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.statements.set_keeps(!matches!(size, CacheSize::Disabled));
    }
}

impl PoolableConnection for OneSyncConnection {
    fn is_broken(&mut self) -> bool {
        self.has_hung_up() || AnsiTransactionManager::is_broken_transaction_manager(self)
    }
}

/// The types `$1` in the schemas `$2`, or where the search path leads, in their order. PostgreSQL takes `unnest` of several for its own if no
/// schema is said.
const TYPES: &str = "
    SELECT t.oid, t.typarray AS array
    FROM unnest($1, $2) WITH ORDINALITY AS wanted (name, schema, number)
    LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = wanted.schema
    LEFT JOIN pg_catalog.pg_type AS t ON CASE
        WHEN wanted.schema IS NULL THEN t.oid = pg_catalog.to_regtype(pg_catalog.quote_ident(wanted.name))
        ELSE t.typname = wanted.name AND t.typnamespace = n.oid
    END
    ORDER BY wanted.number";

/// The numbers of a type, and of its arrays.
#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Nullable<Oid>)]
    oid: Option<u32>,
    #[diesel(sql_type = Nullable<Oid>)]
    array: Option<u32>,
}
