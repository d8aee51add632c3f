//! The connection that the operations work on.

use std::sync::Arc;

use tenancy_core::placement::DatabaseAddress;
use tenancy_pool::OperatorConnection;
use tenancy_pool::placement::{AddressBook, DatabaseName};
use tokio_postgres::{Client, Row};

use super::error::{OperateError, OperateErrorKind, database};
use crate::transaction_timeout;
use crate::which_database::{self, WhichDatabase};

/// How texts look, whatever the role's or the database's settings say: what an export holds is what a restore reads.
///
/// Without row security a role that would see a part of the rows gets an error; where a role sees them all by a policy, `layout::access`
/// sets it on again.
const SETTINGS: &str = "SET search_path = pg_catalog; SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;
    SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; SET extra_float_digits = 3;
    SET bytea_output = 'hex'; SET xmlbinary = 'base64'; SET lc_monetary = 'C'; SET default_transaction_isolation = 'read committed';
    SET default_transaction_read_only = off; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
    SET lock_timeout = '60s'; SET row_security = off";

/// A connection to a PostgreSQL database, as an operator's role.
///
/// It is one backend's: not for a pooler in transaction mode.
pub struct Session {
    client: Client,
    address: String,
    databases: Option<Databases>,
}

/// The way to the other databases that a catalog names.
struct Databases {
    addresses: Arc<dyn AddressBook>,
    connect: OperatorConnection,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Session {
    /// Connects directly, as [`OperatorConnection`] does unless it is told otherwise.
    ///
    /// # Errors
    ///
    /// When the address is another database's than PostgreSQL's, cannot be read, or does not answer within ten seconds.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub async fn open(address: &DatabaseAddress) -> Result<Self, OperateError> {
        is_of_postgres(address)?;
        let client = OperatorConnection::new("tenancy").client(address).await.map_err(|error| {
            OperateError::new(OperateErrorKind::Connection, error.to_string())
                .fix("see that the server runs, and that host, port, user, password and database are right")
        })?;
        Self::new(client, address).await
    }

    /// Takes a connection to `address`, whose transaction and settings are its own from now on.
    ///
    /// # Errors
    ///
    /// When the server does not take the settings.
    pub async fn new(client: Client, address: &DatabaseAddress) -> Result<Self, OperateError> {
        client.batch_execute(&format!("{SETTINGS}; {}", transaction_timeout::NONE)).await.map_err(
            database("the session's settings are refused: is this PostgreSQL 15 or newer, and no pooler?"),
        )?;
        Ok(Self { client, address: address.to_string(), databases: None })
    }

    /// Says where the databases are that the catalog names, for a role that may do there what this one does here, and how to connect to
    /// them. Without this a tenant that lives in one of them is refused by name.
    #[must_use]
    pub fn databases(self, addresses: impl AddressBook + 'static, connect: OperatorConnection) -> Self {
        Self { databases: Some(Databases { addresses: Arc::new(addresses), connect }), ..self }
    }

    /// Connects to another database of the catalog's.
    pub(crate) async fn other(&self, name: &DatabaseName) -> Result<Self, OperateError> {
        let Some(databases) = &self.databases else { return Err(OperateError::no_address(name)) };
        let asked = databases.addresses.address(name).await.map_err(|error| {
            let what = format!("the address of the database {:?} cannot be asked for", name.as_str());
            OperateError::new(OperateErrorKind::Connection, what).because(error)
        })?;
        let address = asked.ok_or_else(|| OperateError::no_address(name))?;
        is_of_postgres(&address)?;
        let client = databases.connect.client(&address).await.map_err(|error| {
            let what = format!("the database {:?} cannot be reached: {error}", name.as_str());
            OperateError::new(OperateErrorKind::Connection, what)
                .fix("see that its server runs, and that host, port, user, password and database are right")
        })?;
        Self::new(client, &address).await
    }

    /// Which database it is.
    pub(crate) async fn which(&self) -> Result<WhichDatabase, OperateError> {
        let asked = self.client.query_one(which_database::QUERY, &[]).await;
        let row = asked.map_err(database("which database it is cannot be asked"))?;
        Ok(WhichDatabase::new([0, 1, 2].map(|place| row.get(place))))
    }

    /// The address, without its password.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Runs statements without parameters.
    pub(crate) async fn run(
        &self,
        what: impl std::fmt::Display,
        statements: &str,
    ) -> Result<(), OperateError> {
        self.client.batch_execute(statements).await.map_err(database(what))
    }

    /// Runs one, and says how many rows it changed.
    pub(crate) async fn execute(
        &self,
        what: impl std::fmt::Display,
        statement: &str,
    ) -> Result<u64, OperateError> {
        self.client.execute(statement, &[]).await.map_err(database(what))
    }

    /// The rows of one without parameters.
    pub(crate) async fn rows(
        &self,
        what: impl std::fmt::Display,
        query: &str,
    ) -> Result<Vec<Row>, OperateError> {
        self.client.query(query, &[]).await.map_err(database(what))
    }

    /// Ends the transaction without its changes. A connection that is lost has ended it already.
    pub(crate) async fn roll_back(&self) {
        let _lost = self.client.batch_execute("ROLLBACK").await;
    }
}

/// The others have neither these catalogs nor COPY.
fn is_of_postgres(address: &DatabaseAddress) -> Result<(), OperateError> {
    let url = address.expose_url();
    let other = match url.split_once(':').map_or("", |(scheme, _)| scheme) {
        "mysql" | "mariadb" => "MariaDB and MySQL",
        "sqlite" | "file" => "SQLite",
        _ => return Ok(()),
    };
    Err(OperateError::new(
        OperateErrorKind::Request,
        format!("a tenant's life is not looked after on {other} yet, only on PostgreSQL"),
    )
    .fix("give the address of a PostgreSQL database: postgres://user@host:port/database"))
}
