//! MariaDB, or MySQL: the tables in the order in which `EXPLAIN` visits them, with the way in and the index.

use diesel::QueryableByName;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{Integer, Nullable, Text};
use diesel_async::{
    AsyncConnection as _, AsyncMysqlConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};
use tenancy_tests::{fixture, server};
use tokio::sync::OnceCell;

use crate::explain::Explain;
use crate::volume;

type Backend = diesel::mysql::Mysql;
/// A line of a plan: of its columns, which MySQL has more of, those that are compared.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    table: Option<String>,
    #[diesel(sql_type = Nullable<Text>, column_name = "type")]
    way_in: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    key_len: Option<String>,
}

pub(crate) struct Plans {
    connection: AsyncMysqlConnection,
}

/// How a table that the statement names is entered.
#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// One row by a unique key is `const` when it is read before the run and `eq_ref` when it is read during it. A scoped
    /// table on the right of a LEFT JOIN is of the second kind only, so both are written `unique`.
    pub(crate) way_in: String,
    pub(crate) key: Option<String>,
    key_length: Option<String>,
}

impl Plans {
    pub(crate) async fn open() -> Option<Self> {
        static DATABASE: OnceCell<Option<String>> = OnceCell::const_new();
        let url = DATABASE.get_or_init(filled_database).await.as_ref()?;
        let mut connection = AsyncMysqlConnection::establish(url).await.expect("MariaDB answers");
        // MySQL draws a tree otherwise; MariaDB knows no such setting.
        let _unknown = connection.batch_execute("SET explain_format = 'TRADITIONAL'").await;
        Some(Self { connection })
    }

    async fn same(&mut self, ours: impl QueryFragment<Backend> + Send, by_hand: &str, values: &[i32]) {
        let (ours, written) = (self.plan(ours).await, self.plan(written(by_hand, values)).await);
        assert_eq!(ours, written, "the plan of: {by_hand}");
    }

    /// The tables in the order in which they are visited, without the source's own `<derived2>`.
    pub(crate) async fn plan(&mut self, statement: impl QueryFragment<Backend> + Send) -> Vec<Table> {
        let query = Explain::<_, Backend>::new(statement);
        let rows: Vec<Row> = query.load(&mut self.connection).await.expect("a plan");
        let tables = rows.into_iter().filter_map(|row| {
            let name = row.table.filter(|name| !name.starts_with('<'))?;
            let way_in = match &*row.way_in? {
                "const" | "eq_ref" => "unique".to_owned(),
                other => other.to_owned(),
            };
            Some(Table { name, way_in, key: row.key, key_length: row.key_len })
        });
        tables.collect()
    }
}

/// A statement written by hand, with its values bound.
pub(crate) fn written(statement: &str, values: &[i32]) -> impl QueryFragment<Backend> + Send + use<> {
    let mut written = diesel::sql_query(statement).into_boxed();
    for value in values {
        written = written.bind::<Integer, _>(*value);
    }
    written
}

async fn filled_database() -> Option<String> {
    let url = server::fresh_mariadb_database("plans")?;
    let mut connection = AsyncMysqlConnection::establish(&url).await.expect("MariaDB answers");
    for statements in [fixture::TABLES, &volume::rows(), &volume::chain()] {
        connection.batch_execute(statements).await.expect("the rows");
    }
    for table in ["agents", "canvases", "plans", "t01", "t02", "t03", "t04", "t05", "t06", "t07", "t08"] {
        connection.batch_execute(&format!("ANALYZE TABLE {table}")).await.expect("statistics");
    }
    Some(url)
}

#[path = "locking.rs"]
mod locking;
#[path = "shapes.rs"]
mod shapes;
#[path = "through.rs"]
mod through;
#[path = "twelve.rs"]
mod twelve;
