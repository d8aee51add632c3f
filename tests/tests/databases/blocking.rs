//! `RunQueryDsl` as diesel-async has it, for Diesel's own connections: the same case then reads the same on both.

use diesel::connection::Connection;
use diesel::query_dsl::methods::{ExecuteDsl, LimitDsl, LoadQuery};
use diesel::result::QueryResult;

/// Runs a statement on a blocking connection. The futures are ready when they are polled.
pub(crate) trait RunQueryDsl<Conn>: Sized {
    async fn execute(self, connection: &mut Conn) -> QueryResult<usize>
    where
        Conn: Connection,
        Self: ExecuteDsl<Conn> + diesel::RunQueryDsl<Conn>,
    {
        diesel::RunQueryDsl::execute(self, connection)
    }

    async fn load<'query, Row>(self, connection: &mut Conn) -> QueryResult<Vec<Row>>
    where
        Self: LoadQuery<'query, Conn, Row>,
    {
        diesel::RunQueryDsl::load(self, connection)
    }

    async fn get_results<'query, Row>(self, connection: &mut Conn) -> QueryResult<Vec<Row>>
    where
        Self: LoadQuery<'query, Conn, Row>,
    {
        diesel::RunQueryDsl::get_results(self, connection)
    }

    async fn get_result<'query, Row>(self, connection: &mut Conn) -> QueryResult<Row>
    where
        Self: LoadQuery<'query, Conn, Row>,
    {
        diesel::RunQueryDsl::get_result(self, connection)
    }

    async fn first<'query, Row>(self, connection: &mut Conn) -> QueryResult<Row>
    where
        Self: LimitDsl + diesel::RunQueryDsl<Conn>,
        diesel::dsl::Limit<Self>: LoadQuery<'query, Conn, Row>,
    {
        diesel::RunQueryDsl::first(self, connection)
    }
}

impl<T, Conn> RunQueryDsl<Conn> for T {}
