//! Running one statement on any connection of its database.

use std::future::Future;
use std::pin::pin;

use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::CompatibleType;
use diesel::result::{Error, QueryResult};
use diesel_async::AsyncConnectionCore;
use diesel_async::methods::{ExecuteDsl, LoadQuery};
use futures_util::StreamExt;

use tenancy_diesel::__pool::{LookedThrough, Only, look_through};
use tenancy_diesel::TenantBackend;

/// What only this crate can name, hence neither hand to a method that asks for it nor take in an implementation: the hidden
/// methods of public traits are no way round their public ones.
#[derive(Debug, Clone, Copy)]
pub struct OurOwn;

/// How many rows are asked for. Like [`OurOwn`], nobody else has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// The first. The others are received, because an error may come after them, and thrown away.
    First,
}

/// A statement that `DB` can print.
pub trait Printable<DB: TenantBackend> {
    /// Walks through it: an error if it touches other tenants than `only`.
    #[doc(hidden)]
    fn look_through(&self, only: Only, backend: &DB) -> QueryResult<LookedThrough>;
}

#[diagnostic::do_not_recommend]
impl<DB: TenantBackend, Q: QueryFragment<DB>> Printable<DB> for Q {
    fn look_through(&self, only: Only, backend: &DB) -> QueryResult<LookedThrough> {
        look_through(only, self, backend)
    }
}

/// A query whose rows load as `U` on `DB`. Implemented wherever Diesel's own `load` would be.
pub trait Load<'query, DB: TenantBackend, U>: Printable<DB> + Send + 'query {
    /// The types that the driver looks up by their names for it.
    #[doc(hidden)]
    fn named_types(&self) -> Vec<String>;

    /// Sends it, and collects the rows. It can be sent again.
    #[doc(hidden)]
    fn load_on<Conn>(
        &mut self,
        connection: &mut Conn,
        wanted: Wanted,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Conn: AsyncConnectionCore<Backend = DB> + Send;
}

impl<'query, DB, Q, U, ST> Load<'query, DB, U> for Q
where
    DB: TenantBackend + QueryMetadata<Q::SqlType> + 'static,
    Q: AsQuery<SqlType: CompatibleType<U, DB, SqlType = ST>> + QueryFragment<DB> + Send + 'query,
    Q::Query: QueryFragment<DB> + QueryId + Send + 'query,
    U: FromSqlRow<ST, DB> + Send + 'static,
    ST: 'static,
{
    fn named_types(&self) -> Vec<String> {
        let mut named = DB::named_types(self);
        named.extend(DB::named_types_of_rows::<Q::SqlType>());
        named
    }

    async fn load_on<Conn>(&mut self, connection: &mut Conn, wanted: Wanted) -> QueryResult<Vec<U>>
    where
        Conn: AsyncConnectionCore<Backend = DB> + Send,
    {
        let mut stream = pin!(LoadQuery::internal_load(Lent(self), connection).await?);
        let (mut loaded, mut unreadable) = (Vec::new(), None);
        // To the end, whatever the rows are: the server may still fail, and a transaction that does not hear of it would
        // take the rollback that answers its COMMIT for a commit.
        while let Some(row) = stream.next().await {
            let keep = unreadable.is_none() && (wanted == Wanted::All || loaded.is_empty());
            match row {
                Ok(row) if keep => loaded.push(row),
                Err(Error::DeserializationError(error)) if keep => unreadable = Some(error),
                Ok(_) | Err(Error::DeserializationError(_)) => {}
                Err(error) => return Err(error),
            }
        }
        match unreadable {
            Some(error) => Err(Error::DeserializationError(error)),
            None => Ok(loaded),
        }
    }
}

/// A query that its owner keeps. By a `&mut`, because few queries may be shared between threads, which a future with a `&` has to
/// promise.
struct Lent<'a, Q>(&'a mut Q);

impl<Q: AsQuery> Query for Lent<'_, Q> {
    type SqlType = Q::SqlType;
}

impl<Q: AsQuery<Query: QueryId>> QueryId for Lent<'_, Q> {
    type QueryId = <Q::Query as QueryId>::QueryId;

    const HAS_STATIC_QUERY_ID: bool = <Q::Query as QueryId>::HAS_STATIC_QUERY_ID;
}

impl<DB: TenantBackend, Q: QueryFragment<DB>> QueryFragment<DB> for Lent<'_, Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

/// A statement that runs on `DB` for the count of the rows that it changes.
pub trait Execute<'query, DB: TenantBackend>: Printable<DB> + Send + 'query {
    /// The types that the driver looks up by their names for it.
    #[doc(hidden)]
    fn named_types(&self) -> Vec<String>;

    /// Sends it.
    #[doc(hidden)]
    fn execute_on<Conn>(
        self,
        connection: &mut Conn,
        call: OurOwn,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Conn: AsyncConnectionCore<Backend = DB> + Send;
}

impl<'query, DB, Q> Execute<'query, DB> for Q
where
    DB: TenantBackend,
    Q: QueryFragment<DB> + QueryId + Send + 'query,
{
    fn named_types(&self) -> Vec<String> {
        DB::named_types(self)
    }

    async fn execute_on<Conn>(self, connection: &mut Conn, _: OurOwn) -> QueryResult<usize>
    where
        Conn: AsyncConnectionCore<Backend = DB> + Send,
    {
        ExecuteDsl::execute(self, connection).await
    }
}
