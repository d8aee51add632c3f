//! SQLite, which has no wall, in a file.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::SqliteConnection;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection as _, RunQueryDsl as _, SimpleAsyncConnection as _};
use tenancy_pool::TenantPool;
use tenancy_tests::fixture;

pub(crate) type Connection = SyncConnectionWrapper<SqliteConnection>;

/// A database of its own with the fixture's rows. The file goes with it.
pub(crate) struct Database(PathBuf);

/// Opens one, and `TenantPool` over it.
pub(crate) async fn open() -> Option<(TenantPool<Connection>, Database)> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let path = env::temp_dir().join(format!("tenancy_tenants_{}_{number}.sqlite3", process::id()));
    let database = Database(path);
    database.remove();
    let mut connection = database.connect().await;
    for statements in [fixture::TABLES, fixture::ROWS] {
        connection.batch_execute(statements).await.expect("the fixture");
    }
    let tenants =
        TenantPool::builder(database.address()).max_connections(4).across(database.address()).build().await;
    Some((tenants.expect("SQLite opens"), database))
}

/// The same with a table that is read before admission.
pub(crate) async fn open_with_members() -> Option<(TenantPool<Connection>, Database)> {
    let (tenants, database) = open().await?;
    database.run(everywhere::admission::TABLES).await;
    Some((tenants, database))
}

impl Database {
    fn address(&self) -> &str {
        self.0.to_str().expect("a path in UTF-8")
    }

    async fn connect(&self) -> Connection {
        Connection::establish(self.address()).await.expect("SQLite opens")
    }

    /// All agents, as `tenant:id:name`, in the order of the first two.
    pub(crate) async fn agents(&self) -> Vec<String> {
        self.lines("SELECT tenant_id || ':' || id || ':' || name AS line FROM agents ORDER BY tenant_id, id")
            .await
    }

    /// Runs statements that the library has no part in.
    pub(crate) async fn run(&self, statements: &str) {
        self.connect().await.batch_execute(statements).await.expect("the statements");
    }

    /// What a query with one text column `line` returns.
    pub(crate) async fn lines(&self, query: &str) -> Vec<String> {
        let rows: Vec<Line> =
            diesel::sql_query(query).load(&mut self.connect().await).await.expect("an answer");
        rows.into_iter().map(|row| row.line).collect()
    }

    fn remove(&self) {
        for suffix in ["", "-journal"] {
            // None there is as good.
            let _ = fs::remove_file(format!("{}{suffix}", self.address()));
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.remove();
    }
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

#[path = "everywhere/mod.rs"]
mod everywhere;
