//! SQLite, in a file: the types keep tenants apart.

use std::error::Error;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use tenancy_axum::webhooks;
use tenancy_pool::TenantPool;

use super::{HOUSE, MAIN, Pools, SCHEMA, VERSION, seed, version};
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
                "BEGIN; {MAIN} {SCHEMA} {HOUSE} {} {} {seeds} COMMIT;",
                version::statement(),
                webhooks::MIGRATION
            ))
        });
        if let Err(error) = made {
            // Half a database would be taken for a whole one the next time.
            let _ = std::fs::remove_file(file);
            return Err(error.into());
        }
    } else {
        let found = version_of(file)?;
        if found != Some(VERSION) {
            let folder = config.data.display();
            let anew = format!("end what uses it and delete {folder}, or set SAAS_DATA to another folder");
            return Err(version::refused(file, found, &anew).into());
        }
    }
    let tenants = TenantPool::builder(file).across(file).max_connections(8).build().await?;
    let house = TenantPool::builder(file).max_connections(4).build().await?;
    Ok(Pools { tenants, house })
}

/// The version of the tables in a file.
fn version_of(file: &str) -> Result<Option<i64>, Box<dyn Error + Send + Sync>> {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let mut connection = SqliteConnection::establish(file)?;
    connection.batch_execute("PRAGMA busy_timeout = 10000")?;
    let count = |what: &str, connection: &mut SqliteConnection| {
        diesel::sql_query(what)
            .load::<Number>(connection)
            .map(|found| found.first().map(|found| found.number))
    };
    let is_there = "SELECT count(*) AS number FROM sqlite_master WHERE name = 'schema_version'";
    if count(is_there, &mut connection)? != Some(1) {
        return Ok(None);
    }
    Ok(count("SELECT number FROM schema_version", &mut connection)?)
}
