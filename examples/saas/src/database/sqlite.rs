//! SQLite, in a file: the types keep tenants apart.

use std::error::Error;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use tenancy_axum::webhooks;
use tenancy_pool::TenantPool;

use super::{HOUSE, MAIN, Pools, SCHEMA, seed};
use crate::config::Config;

pub(super) async fn open(
    config: &Config,
) -> Result<Pools<SyncConnectionWrapper<SqliteConnection>>, Box<dyn Error + Send + Sync>> {
    let file = config.data.join("saas.sqlite3");
    let is_new = !file.exists();
    let file = file.to_str().ok_or("the folder for data has a name that is not UTF-8")?;
    if is_new {
        let mut connection = SqliteConnection::establish(file)?;
        let seeds = seed::statements(config)?;
        let made = connection.batch_execute("PRAGMA journal_mode = WAL").and_then(|()| {
            connection.batch_execute(&format!(
                "BEGIN; {MAIN} {SCHEMA} {HOUSE} {} {seeds} COMMIT;",
                webhooks::MIGRATION
            ))
        });
        if let Err(error) = made {
            // Half a database would be taken for a whole one the next time.
            let _ = std::fs::remove_file(file);
            return Err(error.into());
        }
    }
    let tenants = TenantPool::builder(file).across(file).max_connections(8).build().await?;
    let house = TenantPool::builder(file).max_connections(4).build().await?;
    Ok(Pools { tenants, house })
}
