//! PostgreSQL: what opens a transaction travels with its first statement.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use diesel::connection::CacheSize;
use diesel::result::DatabaseErrorKind;
use diesel::{ConnectionResult, QueryResult};
use diesel_async::methods::ExecuteDsl;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::future::{BoxFuture, join, maybe_done};
use futures_util::{FutureExt, StreamExt, TryFutureExt};
use tokio::task::unconstrained;

use self::functions::{set_config, set_tenant};
use super::{Abandoned, Driver};
use crate::placement::DatabaseAddress;
use crate::rls::{Audit, RowSecurity, SETTING, Waivers};
use crate::tenants::builder::{BuildError, PostgresOptions};
use crate::tenants::connect::{Connected, connect};
use crate::tenants::opening::{Before, Opening};
use crate::tenants::options::TransactionOptions;
use crate::tenants::pool::Session;
use crate::tenants::run::{Execute, Load, OurOwn, Rows};

impl Driver for AsyncPgConnection {
    const ABANDONED: Abandoned = Abandoned::RollBack;
    const HAS_WALL: bool = true;
    const RAW_SQL_SHOWS: bool = true;

    type ConnectOptions = PostgresOptions;

    async fn connect(
        address: &DatabaseAddress,
        options: &PostgresOptions,
    ) -> ConnectionResult<Session<Self>> {
        let Connected { mut connection, backend_pid } = connect(address, &options.connect).await?;
        let cache = (options.cache)();
        let keeps_statements = !matches!(cache, CacheSize::Disabled);
        connection.set_prepared_statement_cache_size(cache);
        let mut session = Session::new(connection, backend_pid);
        session.keeps_statements = keeps_statements;
        Ok(session)
    }

    async fn inspect(
        &mut self,
        security: &RowSecurity,
        waivers: &Waivers,
        pooled: bool,
    ) -> Result<(), BuildError> {
        let audit = Audit::new(security).waivers(waivers.clone());
        let audit = if pooled { audit.behind_pooler() } else { audit };
        let report = audit.run(self).await.map_err(BuildError::Unreadable)?;
        if report.is_clean() { Ok(()) } else { Err(BuildError::Holes(Box::new(report))) }
    }

    /// The server refuses everything up to the rollback.
    fn aborts(_: &DatabaseErrorKind) -> bool {
        true
    }

    const ONE_MESSAGE: bool = true;

    fn begin(options: &TransactionOptions, opening: &mut Opening) {
        options.begin_on_postgres(opening);
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
        before: &mut Before,
        query: Q,
        rows: Rows,
    ) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, Self::Backend, U>,
        U: Send,
    {
        let mut shared = &*self;
        after(self, before, query.load_on(&mut shared, rows)).await
    }

    async fn execute_after<'query, Q>(&mut self, before: &mut Before, statement: Q) -> QueryResult<usize>
    where
        Q: Execute<'query, Self::Backend>,
    {
        let mut shared = &*self;
        after(self, before, statement.execute_on(&mut shared, OurOwn)).await
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
}

/// Runs `work` behind `before`, in one round trip when everything is prepared.
///
/// Each text of `before` is a message of its own: the server reads a message as a whole, and would not begin the transaction if
/// the rest of it made no sense, but would run `work` all the same.
///
/// They are polled first, hence queued first, and the server answers in order: however long `work` takes to prepare its
/// statement or to look a type up, all of that happens inside the transaction. What ends a transaction is never sent in
/// this way, because a COMMIT that is queued beside a statement can overtake it while the statement is being prepared. For the
/// same reason a seal, which is bound and so has to be prepared, goes ahead by itself the first time on a connection.
async fn after<T>(
    connection: &AsyncPgConnection,
    before: &mut Before,
    work: impl Future<Output = QueryResult<T>>,
) -> QueryResult<T> {
    let send = |statement: String| {
        let mut shared = connection;
        async move { shared.batch_execute(&statement).await }.boxed()
    };
    let mut ahead: Vec<_> = before.take_opening().into_iter().map(send).collect();
    if let Some(seal) = &mut before.seal {
        ahead.push(tell(connection, std::mem::take(&mut seal.value), seal.by_function));
        if !seal.prepared {
            join_in_order(std::mem::take(&mut ahead)).await.into_iter().collect::<QueryResult<()>>()?;
            seal.prepared = true;
        }
    }
    ahead.extend(std::mem::take(&mut before.savepoints).into_iter().map(send));
    // Pinned here, because to hand it on by value copies it.
    let mut work = pin!(work);
    // Unconstrained: without budget left, a seal would wait for tokio before it is queued, and `work` would not.
    let mut ahead = pin!(join_in_order(ahead));
    if let Poll::Ready(ended) = unconstrained(poll_fn(|context| Poll::Ready(ahead.poll_unpin(context)))).await
    {
        // There is nothing ahead; or it could not even be sent, and `work` would run without it.
        ended.into_iter().collect::<QueryResult<()>>()?;
        return unconstrained(work).await;
    }
    // All are waited for: what comes next must not find the opening's failure still under way.
    let (ahead, done) = unconstrained(join(ahead, work.as_mut())).await;
    ahead.into_iter().collect::<QueryResult<()>>()?;
    done
}

/// Tells the database the sealed tenant, until the transaction ends.
fn tell(connection: &AsyncPgConnection, seal: String, by_function: bool) -> BoxFuture<'_, QueryResult<()>> {
    let mut shared = connection;
    if by_function {
        let told = ExecuteDsl::execute(diesel::select(set_tenant(seal)), &mut shared);
        return told.map_ok(|_| ()).boxed();
    }
    let told = ExecuteDsl::execute(diesel::select(set_config(SETTING, seal, true)), &mut shared);
    told.map_ok(|_| ()).boxed()
}

/// The server's functions that write the setting.
mod functions {
    use diesel::sql_types::{Bool, Text};

    diesel::define_sql_function! {
        /// The server's own, whatever the search path says.
        #[sql_name = "pg_catalog.set_config"]
        fn set_config(name: Text, value: Text, is_local: Bool) -> Text;
    }
    diesel::define_sql_function! {
        /// The wall's, for Citus.
        #[sql_name = "tenancy.set_tenant"]
        fn set_tenant(value: Text) -> Text;
    }
}

/// Polls the futures in their order, from the first poll on; `join_all` does so for a few only.
fn join_in_order<F: Future + Unpin>(
    futures: impl IntoIterator<Item = F>,
) -> impl Future<Output = Vec<F::Output>> {
    let mut futures: Vec<_> = futures.into_iter().map(maybe_done).collect();
    poll_fn(move |context| {
        let mut pending = false;
        for future in &mut futures {
            pending |= future.poll_unpin(context).is_pending();
        }
        if pending {
            return Poll::Pending;
        }
        Poll::Ready(futures.iter_mut().filter_map(|future| Pin::new(future).take_output()).collect())
    })
}
