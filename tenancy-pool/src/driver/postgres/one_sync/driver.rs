//! What a transaction asks of it.

use std::sync::Arc;

use diesel::connection::CacheSize;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::{ConnectionResult, QueryResult};
use diesel_async::{AsyncConnection as _, RunQueryDsl as _, SimpleAsyncConnection as _};
use tenancy_core::placement::{DatabaseAddress, Placement};

use super::ahead::Ahead as Before;
use super::connection::OneSyncConnection;
use super::link::{Lost, Status};
use super::open::open;
use crate::driver::postgres::opening::Opening;
use crate::driver::postgres::options::PostgresOptions;
use crate::driver::postgres::rules::PostgresRules;
use crate::driver::postgres::spoiled::{loses_a_read, spoils};
use crate::driver::postgres::start::{start, start_across};
use crate::driver::postgres::told::{Told, Travels};
use crate::driver::postgres::{Session, inspection};
use crate::driver::{Abandoned, Ahead, Beginning, Count, Driver, Remembers, Start};
use crate::error::{BuildError, PoolError};
use crate::options::TransactionOptions;
use crate::statement::{Execute, Load, OurOwn, Wanted};
use crate::transaction::Tenants;

impl Driver for OneSyncConnection {
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
        let (mut connection, backend_pid) = open(address, &options.connect).await?;
        let cache = (options.cache)();
        if matches!(cache, CacheSize::Disabled) {
            connection.set_prepared_statement_cache_size(cache);
        }
        Ok((connection, Session::new(options, backend_pid)))
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
        start(rules, session, beginning, Travels::AsOne)
    }

    fn remembers(session: &Session, tenants: &Tenants) -> Remembers {
        session.told.remembers(tenants)
    }

    fn opening_across(session: &Session, options: TransactionOptions) -> Opening {
        start_across(session, options)
    }

    fn is_closed(&mut self) -> bool {
        self.has_hung_up()
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
        let behind = self.go_ahead(session, ahead).await?;
        let loaded = query.load_on(self, wanted).await;
        self.come_behind(session, behind, loaded).await
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
        let behind = self.go_ahead(session, ahead).await?;
        let changed = statement.execute_on(self, OurOwn).await;
        self.come_behind(session, behind, changed).await
    }

    async fn send(&mut self, statements: Vec<String>) -> QueryResult<()> {
        if statements.is_empty() { Ok(()) } else { self.batch_execute(&statements.join(";")).await }
    }

    /// Not waited for: the transaction is read only, so its COMMIT has nothing to report. Whatever is sent next is queued behind it,
    /// and its answer is not believed unless the transaction has ended.
    async fn end_read(&mut self) -> QueryResult<()> {
        self.end_now()
    }

    async fn roll_back(&mut self) -> QueryResult<()> {
        self.roll_back_all().await
    }

    /// The server refuses everything up to the rollback.
    fn aborts(_: &DatabaseErrorKind) -> bool {
        true
    }

    fn spoils_the_connection(error: &Error, read_only: bool) -> bool {
        spoils(error, read_only)
    }

    /// Also where the server has lost a statement that was prepared, which it calls by its name whatever language it speaks.
    fn loses_a_read(error: &Error) -> bool {
        let names_ours = || match error {
            Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
                information.message().contains("\"tenancy_")
            }
            _ => false,
        };
        loses_a_read(error) || names_ours()
    }
}

/// What becomes of a session when its statement is done.
struct Behind {
    opens: bool,
    /// It opens a transaction, whether or not the first statement can be written.
    transaction: bool,
    changes: bool,
    leaves: Told,
}

impl OneSyncConnection {
    /// Puts what goes ahead of the next statement in its place.
    async fn go_ahead(&mut self, session: &mut Session, ahead: Ahead<Opening>) -> QueryResult<Behind> {
        if self.ahead.is_some() {
            return Err(Error::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand,
                Box::new("what went ahead of the statement before could not be sent".to_owned()),
            ));
        }
        let opens = ahead.opening.is_some();
        let mut opening = ahead.opening.unwrap_or_default();
        let behind = Behind {
            opens,
            transaction: !opening.in_session || !ahead.savepoints.is_empty(),
            changes: opening.writes && session.reset.is_some(),
            leaves: std::mem::take(&mut opening.leaves),
        };
        if opens {
            // Until it is confirmed, which it never is where this future is dropped.
            session.changed |= behind.changes;
            if session.told != behind.leaves || behind.leaves != Told::Nothing {
                session.told = Told::Unknown;
            }
        }
        let mut before = Before {
            texts: opening.take_messages(),
            telling: std::mem::take(&mut opening.telling),
            ..Before::default()
        };
        tell_seal(&mut opening, &mut before);
        self.ahead = Some(before);
        if opening.confirmed_first || (opening.foreign && ahead.before_raw_sql) {
            self.send_ahead().await?;
        }
        if !ahead.savepoints.is_empty() {
            self.ahead.get_or_insert_default().savepoints = ahead.savepoints;
        }
        Ok(behind)
    }

    /// Takes note of what the statement behind it came to.
    async fn come_behind<T>(
        &mut self,
        session: &mut Session,
        behind: Behind,
        done: QueryResult<T>,
    ) -> QueryResult<T> {
        if let Some(unsent) = self.ahead.take().filter(|_| behind.transaction) {
            // The statement could not be written. The transaction goes on without it.
            self.ahead = Some(unsent);
            self.send_ahead().await?;
        }
        let done = done?;
        if behind.opens && !behind.transaction && self.link.status() != Status::Idle {
            let lost = "a transaction is open behind a statement that was one by itself";
            return Err(self.link.give_up(Lost::Link(lost.to_owned())).into());
        }
        if behind.opens {
            // Set right by it, until it is over.
            session.changed = behind.changes;
            session.told = behind.leaves;
        }
        Ok(done)
    }
}

/// Has the sealed tenant of an opening told in front of the statement, if there is one.
#[cfg(feature = "rls")]
fn tell_seal(opening: &mut Opening, before: &mut Before) {
    let Some(seal) = opening.seal.take() else { return };
    if seal.by_function {
        before.by_function = Some(seal.value);
    } else {
        let setting =
            super::ahead::Setting { name: tenancy_rls::SETTING, value: seal.value, local: seal.local };
        before.telling.settings.push(setting);
    }
}

/// There are none.
#[cfg(not(feature = "rls"))]
fn tell_seal(_: &mut Opening, _: &mut Before) {}
