//! SQLite, which has no wall, in a file.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use diesel::Connection as _;
use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use tenancy_axum::webhooks::MIGRATION;
use tenancy_pool::TenantPool;
use tenancy_tests::fixture;

use super::walled::Line;

pub(crate) type Connection = SyncConnectionWrapper<SqliteConnection>;

/// A database of its own with the fixture's rows. The file goes with it.
pub(crate) struct Database(PathBuf);

/// Opens one, and a pool over it.
pub(crate) async fn open() -> (TenantPool<Connection>, Database) {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let path = env::temp_dir().join(format!("tenancy_axum_{}_{number}.sqlite3", process::id()));
    let database = Database(path);
    for file in database.files() {
        let _ = fs::remove_file(file);
    }
    database
        .run(&format!("PRAGMA journal_mode = WAL; {} {} {MIGRATION}", fixture::TABLES, fixture::ROWS))
        .await;
    let pool = TenantPool::builder(database.address()).max_connections(4).max_connections_per_tenant(3);
    let pool =
        pool.acquire_timeout(std::time::Duration::from_millis(500)).build().await.expect("SQLite opens");
    (pool, database)
}

impl Database {
    fn address(&self) -> &str {
        self.0.to_str().expect("a path in UTF-8")
    }

    fn files(&self) -> [PathBuf; 3] {
        ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", self.address())))
    }

    fn connect(&self) -> SqliteConnection {
        let mut connection = SqliteConnection::establish(self.address()).expect("SQLite opens");
        diesel::connection::SimpleConnection::batch_execute(&mut connection, "PRAGMA busy_timeout = 5000")
            .expect("a setting");
        connection
    }

    /// Runs statements that the library has no part in.
    pub(crate) async fn run(&self, statements: &str) {
        diesel::connection::SimpleConnection::batch_execute(&mut self.connect(), statements)
            .expect("the statements");
    }

    /// All agents, as `tenant:id:name`.
    pub(crate) async fn agents(&self) -> Vec<String> {
        self.lines("SELECT tenant_id || ':' || id || ':' || name AS line FROM agents ORDER BY tenant_id, id")
            .await
    }

    pub(crate) async fn lines(&self, query: &str) -> Vec<String> {
        let rows: Vec<Line> = diesel::sql_query(query).load(&mut self.connect()).expect("an answer");
        rows.into_iter().map(|row| row.line).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        for file in self.files() {
            let _ = fs::remove_file(file);
        }
    }
}

#[path = "everywhere/mod.rs"]
mod everywhere;
