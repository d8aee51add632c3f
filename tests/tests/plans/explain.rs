//! A statement with the words before it that ask for its plan, so that its values are bound as when it runs.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Integer, Text, Untyped};

/// `EXPLAIN … statement`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Explain<Q, DB>(Q, PhantomData<fn() -> DB>);

impl<Q, DB> Explain<Q, DB> {
    pub(crate) fn new(statement: Q) -> Self {
        Self(statement, PhantomData)
    }
}

/// A backend that is asked for plans.
pub(crate) trait Planner: Backend {
    /// The words before the statement.
    const WORDS: &'static str;

    /// The columns of a plan.
    type Columns;
}

impl Planner for diesel::pg::Pg {
    const WORDS: &'static str = "EXPLAIN (COSTS OFF, FORMAT JSON) ";
    type Columns = Text;
}

impl Planner for diesel::sqlite::Sqlite {
    const WORDS: &'static str = "EXPLAIN QUERY PLAN ";
    // Its id, its parent's, nothing, and what it says.
    type Columns = (Integer, Integer, Integer, Text);
}

impl Planner for diesel::mysql::Mysql {
    const WORDS: &'static str = "EXPLAIN ";
    // Read by their names.
    type Columns = Untyped;
}

impl<Q: QueryFragment<DB>, DB: Planner> QueryFragment<DB> for Explain<Q, DB> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(DB::WORDS);
        self.0.walk_ast(out)
    }
}

impl<Q, DB: Planner> Query for Explain<Q, DB> {
    type SqlType = DB::Columns;
}

impl<Q, DB> QueryId for Explain<Q, DB> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, DB, Conn> diesel::RunQueryDsl<Conn> for Explain<Q, DB> {}
