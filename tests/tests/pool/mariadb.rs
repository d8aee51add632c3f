//! MariaDB, which has no wall. The cases are over where it is not installed.

use diesel_async::{
    AsyncConnection as _, AsyncMysqlConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};

use tenancy_pool::TenantPool;
use tenancy_tests::fixture;
use tenancy_tests::server;

pub(crate) type Connection = AsyncMysqlConnection;

/// A database of its own with the fixture's rows.
pub(crate) struct Database(String);

/// Opens one, and `TenantPool` over it.
pub(crate) async fn open() -> Option<(TenantPool<Connection>, Database)> {
    let database = Database(server::fresh_mariadb_database("tenants")?);
    let mut connection = database.connect().await;
    for statements in [fixture::TABLES, fixture::ROWS] {
        connection.batch_execute(statements).await.expect("the fixture");
    }
    let tenants = TenantPool::builder(&*database.0).max_connections(4).across(&*database.0).build().await;
    Some((tenants.expect("MariaDB answers"), database))
}

/// The same with a table that is read before admission.
pub(crate) async fn open_with_members() -> Option<(TenantPool<Connection>, Database)> {
    let (tenants, database) = open().await?;
    database.run(everywhere::admission::TABLES).await;
    Some((tenants, database))
}

impl Database {
    /// Its address.
    pub(crate) fn address(&self) -> &str {
        &self.0
    }

    async fn connect(&self) -> AsyncMysqlConnection {
        AsyncMysqlConnection::establish(&self.0).await.expect("MariaDB answers")
    }

    /// Runs statements that the library has no part in.
    pub(crate) async fn run(&self, statements: &str) {
        self.connect().await.batch_execute(statements).await.expect("the statements");
    }

    /// All agents, as `tenant:id:name`, in the order of the first two.
    pub(crate) async fn agents(&self) -> Vec<String> {
        self.lines("SELECT CONCAT(tenant_id, ':', id, ':', name) AS line FROM agents ORDER BY tenant_id, id")
            .await
    }

    /// What a query with one text column `line` returns to an account that may see everything.
    pub(crate) async fn lines(&self, query: &str) -> Vec<String> {
        let rows: Vec<Line> =
            diesel::sql_query(query).load(&mut self.connect().await).await.expect("an answer");
        rows.into_iter().map(|row| row.line).collect()
    }
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

#[path = "everywhere/mod.rs"]
mod everywhere;
