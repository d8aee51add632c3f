//! SQLite, in a file: the types keep tenants apart.

#[path = "edge.rs"]
mod edge;
#[path = "notes.rs"]
mod notes;

use std::error::Error;

use axum::Router;
use diesel::Connection as _;
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection as _;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use tenancy_axum::jwt::Key;
use tenancy_pool::TenantPool;

use crate::schema::{ROWS, TABLES};

type Connection = SyncConnectionWrapper<SqliteConnection>;

/// The service over a new database, in a folder for what is thrown away.
pub(crate) async fn service(key: Key) -> Result<Router, Box<dyn Error>> {
    let file = std::env::temp_dir().join(format!("request_to_row_{}.sqlite3", std::process::id()));
    let file = file.to_str().ok_or("the folder for temporary files has a name that is not UTF-8")?;
    let mut connection = SqliteConnection::establish(file)?;
    connection.batch_execute(&format!("PRAGMA journal_mode = WAL; {TABLES} {ROWS}"))?;
    edge::router(TenantPool::builder(file).build().await?, key)
}

/// Removes the database.
pub(crate) fn remove() {
    for end in ["", "-wal", "-shm"] {
        let file = std::env::temp_dir().join(format!("request_to_row_{}.sqlite3{end}", std::process::id()));
        // There may be no such file.
        let _ = std::fs::remove_file(file);
    }
}
