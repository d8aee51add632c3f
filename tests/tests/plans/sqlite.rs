//! SQLite: `EXPLAIN QUERY PLAN`, line for line.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::Integer;
use tenancy_tests::fixture;

use crate::explain::Explain;
use crate::volume;

type Backend = diesel::sqlite::Sqlite;

struct Plans {
    connection: SqliteConnection,
}

impl Plans {
    async fn open() -> Option<Self> {
        let mut connection = SqliteConnection::establish(":memory:").expect("SQLite opens");
        for statements in [fixture::TABLES, &volume::rows(), &volume::chain(), "ANALYZE"] {
            connection.batch_execute(statements).expect("the rows");
        }
        Some(Self { connection })
    }

    async fn same(&mut self, ours: impl QueryFragment<Backend>, by_hand: &str, values: &[i32]) {
        let mut written = diesel::sql_query(by_hand).into_boxed();
        for value in values {
            written = written.bind::<Integer, _>(value);
        }
        let (ours, written) = (self.plan(ours), self.plan(written));
        assert_eq!(ours, written, "the plan of: {by_hand}");
    }

    /// SQLite has one plan for all values.
    async fn same_for_these(&mut self, ours: impl QueryFragment<Backend>, by_hand: &str, values: &[i32]) {
        self.same(ours, by_hand, values).await;
    }

    fn plan(&mut self, statement: impl QueryFragment<Backend>) -> Vec<String> {
        let query = Explain::<_, Backend>::new(statement);
        let rows: Vec<(i32, i32, i32, String)> = query.load(&mut self.connection).expect("a plan");
        rows.iter().filter_map(|row| normal_form(&row.3)).collect()
    }
}

/// A line of a plan without what two statements of the same meaning may differ in.
///
/// - A flattened source goes by its table's name; by hand, an alias by its own.
/// - Subqueries are numbered in the order of the text, and a flattened source counts as one.
/// - Since 3.51 SQLite runs EXISTS of a bare table as a join that stops at the first match, and EXISTS of a subselect
///   as a correlated subquery that does: the same loop, by the same index, which is what is compared.
fn normal_form(line: &str) -> Option<String> {
    if line.starts_with("CORRELATED SCALAR SUBQUERY") {
        return None;
    }
    let line = line.replace(" managers ", " agents ").replace(" EXISTS ", " ");
    let numbered = line.contains("SUBQUERY");
    Some(if numbered { line.trim_end_matches(|last: char| last.is_ascii_digit()).to_owned() } else { line })
}

#[path = "kinds.rs"]
mod kinds;
#[path = "shapes.rs"]
mod shapes;
#[path = "subqueries.rs"]
mod subqueries;
#[path = "through.rs"]
mod through;
#[path = "twelve.rs"]
mod twelve;
