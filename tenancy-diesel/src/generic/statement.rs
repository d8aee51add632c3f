//! What a statement is to code that does not know its type: something that returns rows, or that changes some.

use diesel::backend::Backend;
use diesel::connection::{Connection, LoadConnection};
use diesel::deserialize::FromSqlRow;
use diesel::dsl::CountStar;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::query_dsl::CompatibleType;
use diesel::query_dsl::methods::SelectDsl;
use diesel::result::{Error, QueryResult};

/// A statement for backend `DB` that returns rows of type `Row`.
///
/// It is what `load` and `get_result` ask of a query, under one name that a bound can have. Every such query has it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` returns no rows of type `{Row}` on backend `{DB}`",
    label = "not a query for these rows",
    note = "a tenant's table is scoped first: `agents::table.scoped(&scope)`"
)]
pub trait Returns<DB: Backend, Row>: Sized {
    /// All rows.
    ///
    /// # Errors
    ///
    /// Those of Diesel's `load`.
    fn rows<C>(self, connection: &mut C) -> QueryResult<Vec<Row>>
    where
        C: Connection<Backend = DB> + LoadConnection;

    /// The first row.
    ///
    /// # Errors
    ///
    /// Those of Diesel's `get_result`: `NotFound` where there is none.
    fn row<C>(self, connection: &mut C) -> QueryResult<Row>
    where
        C: Connection<Backend = DB> + LoadConnection,
    {
        self.rows(connection)?.into_iter().next().ok_or(Error::NotFound)
    }

    /// All rows, through diesel-async.
    ///
    /// # Errors
    ///
    /// Those of diesel-async's `load`.
    #[cfg(feature = "async")]
    fn rows_async<C>(self, connection: &mut C) -> impl Future<Output = QueryResult<Vec<Row>>> + Send
    where
        C: diesel_async::AsyncConnection<Backend = DB>;

    /// The first row, through diesel-async.
    ///
    /// # Errors
    ///
    /// Those of diesel-async's `get_result`: `NotFound` where there is none.
    #[cfg(feature = "async")]
    fn row_async<C>(self, connection: &mut C) -> impl Future<Output = QueryResult<Row>> + Send
    where
        C: diesel_async::AsyncConnection<Backend = DB>;
}

impl<Q, DB, Row, ST> Returns<DB, Row> for Q
where
    Q: Query + QueryFragment<DB> + QueryId + Send,
    Q::SqlType: CompatibleType<Row, DB, SqlType = ST>,
    DB: Backend + QueryMetadata<Q::SqlType> + 'static,
    Row: FromSqlRow<ST, DB> + Send + 'static,
    ST: 'static,
{
    fn rows<C>(self, connection: &mut C) -> QueryResult<Vec<Row>>
    where
        C: Connection<Backend = DB> + LoadConnection,
    {
        LoadConnection::load(connection, self)?
            .map(|row| Row::build_from_row(&row?).map_err(Error::DeserializationError))
            .collect()
    }

    #[cfg(feature = "async")]
    async fn rows_async<C>(self, connection: &mut C) -> QueryResult<Vec<Row>>
    where
        C: diesel_async::AsyncConnection<Backend = DB>,
    {
        diesel_async::RunQueryDsl::load(self, connection).await
    }

    #[cfg(feature = "async")]
    async fn row_async<C>(self, connection: &mut C) -> QueryResult<Row>
    where
        C: diesel_async::AsyncConnection<Backend = DB>,
    {
        diesel_async::RunQueryDsl::get_result(self, connection).await
    }
}

/// A statement for backend `DB` that changes rows. It is what `execute` asks of a statement.
pub trait Changes<DB: Backend>: Sized {
    /// Runs the statement; how many rows it changed.
    ///
    /// # Errors
    ///
    /// Those of Diesel's `execute`.
    fn run<C: Connection<Backend = DB>>(self, connection: &mut C) -> QueryResult<usize>;

    /// The same through diesel-async.
    ///
    /// # Errors
    ///
    /// Those of diesel-async's `execute`.
    #[cfg(feature = "async")]
    fn run_async<C>(self, connection: &mut C) -> impl Future<Output = QueryResult<usize>> + Send
    where
        C: diesel_async::AsyncConnection<Backend = DB>;
}

impl<Q, DB> Changes<DB> for Q
where
    Q: QueryFragment<DB> + QueryId + Send,
    DB: Backend,
{
    fn run<C: Connection<Backend = DB>>(self, connection: &mut C) -> QueryResult<usize> {
        connection.execute_returning_count(&self)
    }

    #[cfg(feature = "async")]
    async fn run_async<C>(self, connection: &mut C) -> QueryResult<usize>
    where
        C: diesel_async::AsyncConnection<Backend = DB>,
    {
        diesel_async::AsyncConnectionCore::execute_returning_count(connection, self).await
    }
}

/// Something to select from: a scoped table or alias, or a join or select of them. A tenant's bare table is none.
pub trait Source<DB: Backend>: Sized {
    /// What [`counted`](Self::counted) returns.
    type Counted: Returns<DB, i64>;

    /// The number of its rows.
    fn counted(self) -> Self::Counted;
}

impl<S, DB> Source<DB> for S
where
    S: SelectDsl<CountStar, Output: Returns<DB, i64>>,
    DB: Backend,
{
    type Counted = S::Output;

    fn counted(self) -> Self::Counted {
        SelectDsl::select(self, diesel::dsl::count_star())
    }
}
