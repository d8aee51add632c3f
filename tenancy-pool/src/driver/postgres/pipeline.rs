//! Sending what opens a transaction and its first statement in one round trip.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use futures_util::future::{join, maybe_done};
use tokio::task::unconstrained;

use super::Session;
use super::opening::Opening;
use super::told::Told;
use crate::driver::Ahead;

/// Runs `work` behind `ahead`, in one round trip when everything is prepared.
///
/// Each text of `ahead` is a message of its own: the server reads a message as a whole, and would not begin the transaction if
/// the rest of it made no sense, but would run `work` all the same.
///
/// They are polled first, hence queued first, and the server answers in order: however long `work` takes to prepare its
/// statement or to look a type up, all of that happens inside the transaction. What ends a transaction is never sent in
/// this way, because a COMMIT that is queued beside a statement can overtake it while the statement is being prepared. For the
/// same reason a seal, which is bound and so has to be prepared, goes ahead by itself the first time on a connection.
pub(super) async fn pipelined<T>(
    connection: &AsyncPgConnection,
    session: &mut Session,
    ahead: Ahead<Opening>,
    work: impl Future<Output = QueryResult<T>>,
) -> QueryResult<T> {
    let send = |statement: String| {
        let mut shared = connection;
        async move { shared.batch_execute(&statement).await }.boxed()
    };
    let opens = ahead.opening.is_some();
    let mut opening = ahead.opening.unwrap_or_default();
    let leaves = std::mem::take(&mut opening.leaves);
    let changes = opening.writes && session.reset.is_some();
    if opens {
        // Until it is confirmed, which it never is where this future is dropped.
        session.changed |= changes;
        if session.told != leaves || leaves != Told::Nothing {
            session.told = Told::Unknown;
        }
    }
    let mut queue: Vec<_> = opening.take_messages().into_iter().map(send).collect();
    let confirm = opening.confirmed_first || (opening.foreign && ahead.before_raw_sql);
    #[cfg(feature = "rls")]
    let seals = opening.seal.is_some();
    #[cfg(not(feature = "rls"))]
    let seals = false;
    #[cfg(feature = "rls")]
    queue.extend(opening.seal.map(|seal| tenant::tell(connection, seal)));
    if confirm || (seals && !session.has_prepared_seal) {
        join_in_order(std::mem::take(&mut queue)).await.into_iter().collect::<QueryResult<()>>()?;
        if seals {
            session.has_prepared_seal = session.keeps_statements;
        }
    }
    queue.extend(ahead.savepoints.into_iter().map(send));
    // Pinned here, because to hand it on by value copies it.
    let mut work = pin!(work);
    // Unconstrained: without budget left, a seal would wait for tokio before it is queued, and `work` would not.
    let mut queue = pin!(join_in_order(queue));
    let polled = unconstrained(poll_fn(|context| Poll::Ready(queue.poll_unpin(context)))).await;
    let done = if let Poll::Ready(ended) = polled {
        // There is nothing ahead; or it could not even be sent, and `work` would run without it.
        ended.into_iter().collect::<QueryResult<()>>()?;
        unconstrained(work).await?
    } else {
        // All are waited for: what comes next must not find the opening's failure still under way.
        let (ahead, done) = unconstrained(join(queue, work.as_mut())).await;
        ahead.into_iter().collect::<QueryResult<()>>()?;
        done?
    };
    if opens {
        // Set right by it, until it is over.
        session.changed = changes;
        session.told = leaves;
    }
    Ok(done)
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

/// Telling the database the sealed tenant, as a bound value.
#[cfg(feature = "rls")]
mod tenant {
    use diesel::QueryResult;
    use diesel::sql_types::{Bool, Text};
    use diesel_async::AsyncPgConnection;
    use diesel_async::methods::ExecuteDsl;
    use futures_util::future::BoxFuture;
    use futures_util::{FutureExt, TryFutureExt};
    use tenancy_rls::SETTING;

    use crate::driver::postgres::opening::Seal;

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

    /// Tells the tenant.
    pub(super) fn tell(connection: &AsyncPgConnection, seal: Seal) -> BoxFuture<'_, QueryResult<()>> {
        let mut shared = connection;
        if seal.by_function {
            let told = ExecuteDsl::execute(diesel::select(set_tenant(seal.value)), &mut shared);
            return told.map_ok(|_| ()).boxed();
        }
        let told = diesel::select(set_config(SETTING, seal.value, seal.local));
        let told = ExecuteDsl::execute(told, &mut shared);
        told.map_ok(|_| ()).boxed()
    }
}
