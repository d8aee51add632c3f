//! `RunQueryDsl` as diesel-async has it, for Diesel's own connections: the same case then reads the same on both.
#![allow(async_fn_in_trait, reason = "nothing asks whether these futures are `Send`")]

use diesel::connection::Connection;
use diesel::query_dsl::methods::{ExecuteDsl, LimitDsl, LoadQuery};
use diesel::result::QueryResult;

/// Runs a statement on a blocking connection. The futures are ready when they are polled.
pub trait RunQueryDsl<Conn>: Sized {
    /// Runs a statement; how many rows it changed.
    async fn execute(self, connection: &mut Conn) -> QueryResult<usize>
    where
        Conn: Connection,
        Self: ExecuteDsl<Conn> + diesel::RunQueryDsl<Conn>,
    {
        diesel::RunQueryDsl::execute(self, connection)
    }

    /// All rows.
    async fn load<'query, Row>(self, connection: &mut Conn) -> QueryResult<Vec<Row>>
    where
        Self: LoadQuery<'query, Conn, Row>,
    {
        diesel::RunQueryDsl::load(self, connection)
    }

    /// All rows that a statement returns.
    async fn get_results<'query, Row>(self, connection: &mut Conn) -> QueryResult<Vec<Row>>
    where
        Self: LoadQuery<'query, Conn, Row>,
    {
        diesel::RunQueryDsl::get_results(self, connection)
    }

    /// The first row, or `NotFound`.
    async fn get_result<'query, Row>(self, connection: &mut Conn) -> QueryResult<Row>
    where
        Self: LoadQuery<'query, Conn, Row>,
    {
        diesel::RunQueryDsl::get_result(self, connection)
    }

    /// The first row of a query that is limited to one, or `NotFound`.
    async fn first<'query, Row>(self, connection: &mut Conn) -> QueryResult<Row>
    where
        Self: LimitDsl + diesel::RunQueryDsl<Conn>,
        diesel::dsl::Limit<Self>: LoadQuery<'query, Conn, Row>,
    {
        diesel::RunQueryDsl::first(self, connection)
    }
}

impl<T, Conn> RunQueryDsl<Conn> for T {}
