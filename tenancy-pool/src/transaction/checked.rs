//! A transaction that looks each statement through before it sends it.

use std::any::type_name;
use std::sync::Arc;

use diesel::result::{Error as DieselError, QueryResult};

use super::{Ending, OpenTransaction, Whose};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::statement::{Allowed, Circumstances, Execute, Load, Printable, Runner, Shape, Wanted, permit};

/// A transaction that runs what is its own and nothing else, whoever that is.
pub struct Checked<C: TenantConnection, W> {
    open: OpenTransaction<C>,
    whose: W,
    /// Statements may contain raw SQL.
    raw_fragments: bool,
    /// Whether all that ran in it is known to change nothing by what it calls.
    calls_nothing_unknown: bool,
    /// What the application says to be no danger in a statement.
    allowed: Arc<Allowed>,
}

impl<C: TenantConnection, W> Checked<C, W> {
    pub(crate) const fn new(open: OpenTransaction<C>, whose: W, allowed: Arc<Allowed>) -> Self {
        Self { open, whose, raw_fragments: false, calls_nothing_unknown: true, allowed }
    }

    /// Whose it is.
    pub(super) const fn whose(&self) -> &W {
        &self.whose
    }

    /// Without the look.
    pub(super) const fn open(&mut self) -> &mut OpenTransaction<C> {
        &mut self.open
    }

    /// Lets the rest of it run statements that contain raw SQL.
    pub(super) const fn permit_raw_fragments(&mut self) {
        self.raw_fragments = true;
    }

    pub(crate) async fn commit(self) -> Result<(), PoolError> {
        self.open.commit().await
    }

    pub(crate) async fn roll_back(self) -> Result<(), PoolError> {
        self.open.roll_back().await
    }

    /// Ends it as its work did.
    pub(crate) async fn end<T, E: From<PoolError>>(
        self,
        result: Result<T, E>,
        ending: Ending,
    ) -> Result<T, E> {
        self.open.end(result, ending).await
    }

    /// Ends it, and has its connection closed.
    pub(crate) async fn close(mut self) {
        self.open.close_afterwards();
        let _rolled_back = self.open.roll_back().await;
    }

    /// Whether a query that reads, the only one of this transaction, may be run again on another connection: this one failed it,
    /// and nothing that it calls has an effect beside its rows.
    pub(crate) fn may_read_again(&self, error: &DieselError) -> bool {
        self.calls_nothing_unknown && C::loses_a_read(error)
    }
}

impl<C: TenantConnection, W: Whose> Checked<C, W> {
    /// As [`look`], unless the transaction was let run raw SQL.
    fn check<Q: Printable<C::Backend>>(&self, statement: &Q, shape: Shape) -> QueryResult<Calls> {
        if self.raw_fragments {
            // Closed already, since that was allowed.
            self.whose.look_through(statement, &C::Backend::default())?;
            return Ok(Calls::Harmless);
        }
        look::<C, _, _>(&self.whose, &self.allowed, statement, shape)
    }

    /// Takes note of what a statement calls. The connection is closed afterwards if it could leave something there.
    fn note(&mut self, calls: Calls) {
        if calls == Calls::Unknown {
            self.calls_nothing_unknown = false;
            self.open.close_afterwards();
        }
    }

    /// Runs a query that the caller keeps.
    pub(crate) async fn load_kept<'query, Q, U>(
        &mut self,
        query: &mut Q,
        wanted: Wanted,
        shape: Shape,
    ) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        let calls = self.check(query, shape)?;
        self.load_looked_through(query, wanted, calls).await
    }

    /// As [`load_kept`](Self::load_kept), of a query for which [`look`] has said what it calls.
    pub(crate) async fn load_looked_through<'query, Q, U>(
        &mut self,
        query: &mut Q,
        wanted: Wanted,
        calls: Calls,
    ) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        self.note(calls);
        self.open.note_types(|| query.named_types());
        self.open.load(query, wanted).await
    }

    /// Runs a statement for which [`look`] has said what it calls.
    pub(crate) async fn execute_looked_through<'query, Q>(
        &mut self,
        statement: Q,
        calls: Calls,
    ) -> QueryResult<usize>
    where
        Q: Execute<'query, C::Backend>,
    {
        self.note(calls);
        self.open.note_types(|| statement.named_types());
        self.open.execute(statement).await
    }
}

impl<C: TenantConnection, W: Whose> Runner<C::Backend> for Checked<C, W> {
    async fn load<'query, Q, U>(&mut self, mut query: Q, wanted: Wanted, shape: Shape) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        self.load_kept(&mut query, wanted, shape).await
    }

    async fn execute<'query, Q>(&mut self, statement: Q, shape: Shape) -> QueryResult<usize>
    where
        Q: Execute<'query, C::Backend>,
    {
        let calls = self.check(&statement, shape)?;
        self.execute_looked_through(statement, calls).await
    }
}

/// What a statement calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calls {
    /// Nothing but what is known to leave the session alone.
    Harmless,
    /// Something that may change the session.
    Unknown,
}

/// Refuses a statement of another tenant than `whose`, one with raw SQL in it, and one of a table that nobody declared.
pub(crate) fn look<C, W, Q>(whose: &W, allowed: &Allowed, statement: &Q, shape: Shape) -> QueryResult<Calls>
where
    C: TenantConnection,
    W: Whose,
    Q: Printable<C::Backend>,
{
    let looked = whose.look_through(statement, &C::Backend::default())?;
    let circumstances = Circumstances {
        postgres: C::RAW_SQL_SHOWS,
        raw_sql_shows: shape.raw_sql_shows,
        type_name: type_name::<Q>(),
        allowed,
    };
    Ok(if permit(&looked, &circumstances)? { Calls::Unknown } else { Calls::Harmless })
}
