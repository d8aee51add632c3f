//! The two databases that this runs on, as one. Every query is written once, and compiled for each of them, by `on!`.

mod places;
mod postgres;
mod seed;
mod sqlite;
mod version;

use std::error::Error;
use std::sync::Arc;

use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use tenancy_diesel::TenantId;
use tenancy_pool::placement::ManageError;
use tenancy_pool::{TenantConnection, TenantPool};

use crate::config::Config;
pub use seed::{Login, PASSWORD};
pub use version::VERSION;

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
    Postgres(Pools<AsyncPgConnection>, Arc<postgres::Server>),
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
    /// If it cannot be reached, made or filled, has tables of another version, or its wall has a hole.
    pub async fn open(config: &Config) -> Result<Self, Box<dyn Error + Send + Sync>> {
        match &config.database_url {
            Some(url) => {
                let (pools, server) = postgres::open(url, config).await?;
                Ok(Self::Postgres(pools, Arc::new(server)))
            }
            None => Ok(Self::Sqlite(sqlite::open(config).await?)),
        }
    }
}

/// Where an organisation's rows are, in words.
///
/// # Errors
///
/// If the database does not answer.
pub async fn place(db: &Database, tenant: TenantId) -> Result<String, ManageError> {
    match db {
        Database::Sqlite(_) => Ok("shared tables".to_owned()),
        Database::Postgres(_, server) => server.places.of(tenant).await,
    }
}

/// Makes a schema with the tables that an organisation may have of its own, behind the same wall: for `tenancy move`. Nobody is in it yet.
///
/// # Errors
///
/// If there is one of that name, or no PostgreSQL.
pub async fn make_schema(config: &Config, name: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let url = config.database_url.as_deref().ok_or("only PostgreSQL has schemas: set DATABASE_URL")?;
    postgres::make_schema(url, config, name).await
}

/// What an inspection of the wall says, for the operator.
///
/// # Errors
///
/// If the database does not answer.
pub async fn inspection(db: &Database) -> Result<String, Box<dyn Error + Send + Sync>> {
    match db {
        Database::Sqlite(_) => Ok("SQLite has no wall: the types alone keep tenants apart.".to_owned()),
        Database::Postgres(_, server) => server.report().await,
    }
}

/// The statements that make the tables: those in one place, those that an organisation may have of its own, and those of the house.
const MAIN: &str = include_str!("../main.sql");
const SCHEMA: &str = include_str!("../schema.sql");
const HOUSE: &str = include_str!("../house.sql");

/// All of them, as one text.
#[must_use]
pub fn tables() -> String {
    [MAIN, SCHEMA, HOUSE].concat()
}
