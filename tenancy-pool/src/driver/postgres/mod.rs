//! PostgreSQL: what opens a transaction travels with its first statement.

pub(crate) mod connect;
mod opening;
mod options;
mod own_types;
mod pipeline;
mod rules;
mod shared_schemas;
mod spoiled;
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
use self::opening::{Opening, Reset};
pub(crate) use self::options::{PostgresOptions, WallDecision};
use self::own_types::KnownTypes;
use self::pipeline::pipelined;
use self::rules::PostgresRules;
use self::spoiled::{loses_a_read, spoils};
use self::told::{Told, in_session, is_foreign};
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
        let reset = Some(match options.connect.route() {
            Route::Direct => Reset::All,
            Route::Pooler => Reset::Rest,
        });
        let session = Session { backend_pid, keeps_statements, reset, ..Session::default() };
        Ok((connection, session))
    }

    async fn inspect(&mut self, rules: &PostgresRules) -> Result<(), BuildError> {
        rules.shared_schemas.inspect(self, rules.declared_tables()).await?;
        #[cfg(feature = "rls")]
        if let Some(guard) = &rules.guard {
            guard.inspect(self).await?;
        }
        Ok(())
    }

    async fn inspect_admission(&mut self, rules: &PostgresRules) -> Result<(), BuildError> {
        #[cfg(feature = "rls")]
        if let Some(guard) = &rules.guard {
            guard.inspect_admission(self).await?;
        }
        let _ = rules;
        Ok(())
    }

    async fn inspect_schema(
        &mut self,
        session: &mut Session,
        rules: &PostgresRules,
        placement: &Placement,
    ) -> Result<(), PoolError> {
        #[cfg(feature = "rls")]
        if let Some(guard) = &rules.guard {
            guard.inspect_schema(self, session, placement).await?;
        }
        let _ = session;
        if let Some(types) = &rules.own_types {
            let path = rules.search_path(placement);
            types.look(self, placement, path.as_deref(), &rules.shared_schemas).await?;
        }
        Ok(())
    }

    fn serves(rules: &PostgresRules, session: &mut Session, placement: &Placement) -> bool {
        let Some(place) = rules.own_types.as_ref().and_then(|types| types.of(placement)) else { return true };
        session.types.get_or_insert_default().serve(place)
    }

    fn note_types(session: &mut Session, named: impl FnOnce() -> Vec<String>) {
        if let Some(types) = &mut session.types {
            types.note(named());
        }
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
        let (path, first) = (rules.search_path(beginning.placement), beginning.first_statements);
        if let Some(single) = beginning.single.filter(|_| first.is_empty()) {
            let as_opened = !session.changed && session.told == Told::Nothing;
            if !single.writes && !rules.is_walled() && path.is_none() && as_opened {
                return Ok(Start::Alone);
            }
            // Citus' workers learn only what a transaction is told.
            if let Some(opening) = in_session(rules, session, beginning.tenants, path.clone(), single)
                .filter(|_| !rules.on_citus())
            {
                return Ok(Start::InSession(opening));
            }
        }
        // The application's statements may make no sense, and Citus forwards the whole message that a SET LOCAL stands in.
        let together = first.is_empty() && !rules.on_citus();
        let mut opening = Opening::begin(beginning.options, session.reset, together);
        opening.foreign = is_foreign(session, beginning.tenants.one());
        // First of all: a sharding pooler decides by them where everything after them goes.
        first.into_iter().for_each(|statement| opening.push(statement));
        #[cfg(feature = "rls")]
        if let Some(guard) = &rules.guard {
            guard.tell(beginning.tenants, session, &mut opening)?;
        }
        if let Some(path) = path {
            opening.push(format!("SET LOCAL search_path TO {path}"));
        }
        Ok(Start::InTransaction(opening))
    }

    fn remembers(session: &Session, tenants: &Tenants) -> Remembers {
        session.told.remembers(tenants)
    }

    fn opening_across(session: &Session, options: TransactionOptions) -> Opening {
        let mut opening = Opening::begin(options, session.reset, false);
        opening.foreign = is_foreign(session, None);
        opening
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
