//! PostgreSQL: what opens a transaction travels with its first statement.

pub(crate) mod connect;
mod inspection;
mod label;
#[cfg(feature = "one-sync")]
pub(crate) mod one_sync;
mod opening;
mod operator;
mod options;
mod own_types;
mod pipeline;
mod rules;
mod shared_schemas;
mod spoiled;
mod start;
mod told;
#[cfg(feature = "rls")]
mod wall;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use diesel::connection::CacheSize;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::{ConnectionResult, QueryResult};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::{FutureExt, StreamExt};
use tenancy_core::placement::{DatabaseAddress, Placement};
use tokio::task::unconstrained;

use self::connect::{Connected, Route, connect};
pub use self::label::{LabelledTenant, SessionLabel};
#[cfg(feature = "one-sync")]
pub use self::one_sync::OneSyncConnection;
use self::opening::{Opening, Reset};
pub use self::operator::OperatorConnection;
pub(crate) use self::options::{PostgresOptions, WallDecision};
use self::own_types::KnownTypes;
use self::pipeline::pipelined;
use self::rules::PostgresRules;
use self::spoiled::{loses_a_read, spoils};
use self::start::{start, start_across};
use self::told::{Told, Travels};
use super::{Abandoned, Ahead, Beginning, Count, Driver, Remembers, Start};
use crate::error::{BuildError, PoolError};
use crate::options::TransactionOptions;
use crate::statement::{Execute, Load, OurOwn, Wanted};
use crate::transaction::Tenants;

/// What is known of one connection's session.
#[derive(Debug, Default)]
#[cfg_attr(not(feature = "rls"), allow(dead_code, reason = "for seals"))]
pub struct Session {
    /// The pid of the server's process, where the connection leads to one and the same for its whole life.
    backend_pid: Option<i32>,
    /// Whether it keeps statements prepared.
    keeps_statements: bool,
    /// Whether the statement that tells a seal is known to be prepared. Only then may others be queued behind it: while it is
    /// being prepared they would overtake it, and run without a tenant.
    has_prepared_seal: bool,
    /// How it is set right before a transaction. Not at all on a connection of the application's own pool, which may have been
    /// set up by hand.
    reset: Option<Reset>,
    /// Whether a transaction that may have changed it was the last.
    changed: bool,
    /// Whose it is beyond the end of a transaction.
    told: Told,
    /// The types that it knows by their names, where tenants may have places of their own.
    types: Option<KnownTypes>,
}

impl Session {
    /// Of a connection that was opened as `options` say.
    fn new(options: &PostgresOptions, backend_pid: Option<i32>) -> Self {
        let reset = Some(match options.connect.route() {
            Route::Direct => Reset::All,
            Route::Pooler => Reset::Rest,
        });
        Self { backend_pid, reset, ..Self::default() }
    }

    fn serves(&mut self, rules: &PostgresRules, placement: &Placement) -> bool {
        let Some(place) = rules.own_types.as_ref().and_then(|types| types.of(placement)) else { return true };
        self.types.get_or_insert_default().serve(place)
    }

    fn note_types(&mut self, named: impl FnOnce() -> Vec<String>) {
        if let Some(types) = &mut self.types {
            types.note(named());
        }
    }
}

impl Driver for AsyncPgConnection {
    const ABANDONED: Abandoned = Abandoned::RollBack;
    const RAW_SQL_SHOWS: bool = true;
    const DEFERS_KEYS: Option<&'static str> = Some("SET CONSTRAINTS ALL DEFERRED");

    type Options = PostgresOptions;
    type Rules = PostgresRules;
    type Session = Session;
    type Opening = Opening;

    fn rules(options: &PostgresOptions, placed: bool) -> Result<PostgresRules, BuildError> {
        PostgresRules::decide(options, placed)
    }

    fn is_walled(rules: &PostgresRules) -> bool {
        rules.is_walled()
    }

    fn harmless_functions(rules: &PostgresRules) -> Option<Arc<[String]>> {
        rules.harmless.clone()
    }

    async fn connect(
        address: &DatabaseAddress,
        options: &PostgresOptions,
    ) -> ConnectionResult<(Self, Session)> {
        let Connected { mut connection, backend_pid } = connect(address, &options.connect).await?;
        let cache = (options.cache)();
        let keeps_statements = !matches!(cache, CacheSize::Disabled);
        connection.set_prepared_statement_cache_size(cache);
        let session = Session { keeps_statements, ..Session::new(options, backend_pid) };
        Ok((connection, session))
    }

    async fn inspect(&mut self, rules: &PostgresRules) -> Result<(), BuildError> {
        inspection::of_database(self, rules).await
    }

    async fn inspect_admission(&mut self, rules: &PostgresRules) -> Result<(), BuildError> {
        inspection::of_admission(self, rules).await
    }

    async fn inspect_schema(
        &mut self,
        session: &mut Session,
        rules: &PostgresRules,
        placement: &Placement,
    ) -> Result<(), PoolError> {
        inspection::of_schema(self, session, rules, placement).await
    }

    fn serves(rules: &PostgresRules, session: &mut Session, placement: &Placement) -> bool {
        session.serves(rules, placement)
    }

    fn note_types(session: &mut Session, named: impl FnOnce() -> Vec<String>) {
        session.note_types(named);
    }

    async fn count(&mut self, query: String) -> QueryResult<i64> {
        let count: Count = diesel::sql_query(query).get_result(self).await?;
        Ok(count.count)
    }

    fn opening(
        rules: &PostgresRules,
        session: &Session,
        beginning: Beginning<'_>,
    ) -> Result<Start<Opening>, PoolError> {
        start(rules, session, beginning, Travels::Ahead)
    }

    fn remembers(session: &Session, tenants: &Tenants) -> Remembers {
        session.told.remembers(tenants)
    }

    fn opening_across(session: &Session, options: TransactionOptions) -> Opening {
        start_across(session, options)
    }

    /// The task that reads the socket holds the other end of the notifications, so they end with it.
    fn is_closed(&mut self) -> bool {
        let mut notifications = pin!(self.notifications_stream());
        loop {
            // Unconstrained: without budget left, tokio would answer for the channel that there is nothing yet.
            match unconstrained(notifications.next()).now_or_never() {
                None => return false,
                Some(Some(_)) => {}
                Some(None) => return true,
            }
        }
    }

    async fn load_after<'query, Q, U>(
        &mut self,
        session: &mut Session,
        ahead: Ahead<Opening>,
        query: &mut Q,
        wanted: Wanted,
    ) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, Self::Backend, U>,
        U: Send,
    {
        let mut shared = &*self;
        pipelined(self, session, ahead, query.load_on(&mut shared, wanted)).await
    }

    async fn execute_after<'query, Q>(
        &mut self,
        session: &mut Session,
        ahead: Ahead<Opening>,
        statement: Q,
    ) -> QueryResult<usize>
    where
        Q: Execute<'query, Self::Backend>,
    {
        let mut shared = &*self;
        pipelined(self, session, ahead, statement.execute_on(&mut shared, OurOwn)).await
    }

    async fn send(&mut self, statements: Vec<String>) -> QueryResult<()> {
        if statements.is_empty() { Ok(()) } else { self.batch_execute(&statements.join(";")).await }
    }

    /// Not waited for: an answer that is left unread is skipped by the task that reads the socket, and the next message on
    /// the connection is queued behind this one. The transaction is read only, so its COMMIT has nothing to report.
    async fn end_read(&mut self) -> QueryResult<()> {
        let mut connection = &*self;
        let mut end = pin!(connection.batch_execute("COMMIT"));
        // The first poll queues the message: tokio-postgres sends before it waits, and its queue has no bound.
        match end.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => Ok(()),
        }
    }

    /// The server refuses everything up to the rollback.
    fn aborts(_: &DatabaseErrorKind) -> bool {
        true
    }

    fn spoils_the_connection(error: &Error, read_only: bool) -> bool {
        spoils(error, read_only)
    }

    fn loses_a_read(error: &Error) -> bool {
        loses_a_read(error)
    }
}
