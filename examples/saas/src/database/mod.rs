//! The two databases that this runs on, as one. Every query is written once, and compiled for each of them, by `on!`.

mod postgres;
mod seed;
mod sqlite;

use std::error::Error;
use std::sync::Arc;

use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use tenancy_pool::{TenantConnection, TenantPool};

use crate::config::Config;
pub use seed::{Login, PASSWORD};

/// The pools of one kind of database.
pub struct Pools<C: TenantConnection> {
    /// The tenants' tables: a scope, or a [`tenancy_diesel::CrossTenant`], opens it.
    pub tenants: TenantPool<C>,
    /// What is nobody's: accounts, sessions, webhooks, the audit trail.
    pub house: TenantPool<C>,
}

// By hand: deriving would ask `C: Clone`.
impl<C: TenantConnection> Clone for Pools<C> {
    fn clone(&self) -> Self {
        Self { tenants: self.tenants.clone(), house: self.house.clone() }
    }
}

/// Whichever database there is.
#[derive(Clone)]
pub enum Database {
    Sqlite(Pools<SyncConnectionWrapper<SqliteConnection>>),
    Postgres(Pools<AsyncPgConnection>, Arc<postgres::Inspected>),
}

/// Writes a query once for both databases: `on!(db, pools => pools.tenants.load(scope, …).await)`.
macro_rules! on {
    ($database:expr, $pools:ident => $work:expr) => {
        match $database {
            $crate::database::Database::Sqlite($pools) => $work,
            $crate::database::Database::Postgres($pools, _) => $work,
        }
    };
}
pub(crate) use on;

impl Database {
    /// Opens the database that the configuration names, and makes and fills it where it is new.
    ///
    /// # Errors
    ///
    /// If it cannot be reached, made or filled, or its wall has a hole.
    pub async fn open(config: &Config) -> Result<Self, Box<dyn Error + Send + Sync>> {
        match &config.database_url {
            Some(url) => {
                let (pools, inspected) = postgres::open(url, config).await?;
                Ok(Self::Postgres(pools, Arc::new(inspected)))
            }
            None => Ok(Self::Sqlite(sqlite::open(config).await?)),
        }
    }
}

/// Where the tenants' rows are, for the operator.
#[must_use]
pub const fn place(db: &Database) -> &'static str {
    match db {
        Database::Sqlite(_) => "shared tables, SQLite",
        Database::Postgres(..) => "shared tables, PostgreSQL",
    }
}

/// What an inspection of the wall says, for the operator.
///
/// # Errors
///
/// If the database does not answer.
pub async fn inspection(db: &Database) -> Result<String, Box<dyn Error + Send + Sync>> {
    match db {
        Database::Sqlite(_) => Ok("SQLite has no wall: the types alone keep tenants apart.".to_owned()),
        Database::Postgres(_, inspected) => inspected.report().await,
    }
}

/// The statements that make the tables.
const SCHEMA: &str = include_str!("../schema.sql");
const HOUSE: &str = include_str!("../house.sql");
