//! PostgreSQL databases for a test each, copied from one that is prepared once, wall and all.

use std::future::Future;
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

/// How long others may still be connected to a template; PostgreSQL itself waits for five seconds before it says so.
const IN_USE: Duration = Duration::from_secs(10);

/// Gives a copy what it does not have of its template.
const SETTINGS: &str = include_str!("settings_of_template.sql");

/// A database with the application's tables and wall, which tests are given copies of.
///
/// A copy is a database of its own: pools open it, transactions commit, deferred constraints are checked, and tests run beside each
/// other. Roles are the server's, so one wall's roles serve all copies.
///
/// # Examples
///
/// ```no_run
/// use tenancy_test::kit::PostgresTemplate;
///
/// # async fn migrate(_: &str) -> Result<(), String> { Ok(()) }
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let template = PostgresTemplate::new("postgres://postgres@localhost/app_template")?;
/// let database = template.copy().await?;
/// let address = database.address_as("app", "password");   // for the pool, in a role that the wall holds for
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PostgresTemplate {
    address: Address,
}

/// Why a database could not be copied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The address is not of the form that is needed.
    #[error(
        "the template's address is no URL of a PostgreSQL database: write it as postgres://user@host:port/database"
    )]
    Address,
    /// The server refused. The account has to be an owner of the template, or superuser, with CREATEDB, and nobody may be connected to
    /// the template.
    #[error(
        "the database `{database}` cannot be copied: its account needs CREATEDB, and nobody may be connected to it"
    )]
    Copy {
        /// The template.
        database: String,
        /// What the server said.
        #[source]
        error: tokio_postgres::Error,
    },
}

/// A database for one test. It is dropped with this, also by a panic, whoever is still connected.
#[derive(Debug)]
pub struct TestDatabase {
    address: Address,
    template: Address,
}

/// `postgres://user:password@host:port/database?parameters`, in its parts.
#[derive(Debug, Clone)]
struct Address {
    scheme: String,
    account: String,
    server: String,
    database: String,
    parameters: String,
}

impl PostgresTemplate {
    /// The database at this address, which is prepared already: migrated, walled, with whatever rows all tests begin with.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Address`].
    pub fn new(address: &str) -> Result<Self, TemplateError> {
        let address = Address::read(address).filter(|address| Config::from_str(&address.url()).is_ok());
        Ok(Self { address: address.ok_or(TemplateError::Address)? })
    }

    /// A copy for one test.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Copy`].
    ///
    /// # Cancellation
    ///
    /// A copy whose future is dropped midway may stay on the server; its name begins with that of the template.
    pub async fn copy(&self) -> Result<TestDatabase, TemplateError> {
        let mut address = self.address.clone();
        // Below the 63 bytes of a name.
        let prefix: String = self.address.database.chars().take(30).collect();
        address.database = format!("{prefix}_{:x}_{:08x}", std::process::id(), fastrand::u32(..));
        let (copy, template) = (quoted(&address.database), quoted(&self.address.database));
        let sql = format!("CREATE DATABASE {copy} TEMPLATE {template}");
        let started = Instant::now();
        loop {
            let Err(error) = run(&self.address.beside(), &sql).await else { break };
            // A session that was just ended is there for a moment still.
            if error.code() != Some(&SqlState::OBJECT_IN_USE) || started.elapsed() > IN_USE {
                return Err(self.failed(error));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // From here on it is dropped if something fails.
        let copy = TestDatabase { address, template: self.address.clone() };
        let settings = SETTINGS
            .replace("{copy}", &literal(&copy.address.database))
            .replace("{template}", &literal(&self.address.database));
        run(&self.address.beside(), &settings).await.map_err(|error| self.failed(error))?;
        Ok(copy)
    }

    fn failed(&self, error: tokio_postgres::Error) -> TemplateError {
        TemplateError::Copy { database: self.address.database.clone(), error }
    }
}

impl TestDatabase {
    /// The address, for the template's account.
    pub fn address(&self) -> String {
        self.address.url()
    }

    /// The address for a role, such as the application's: a wall holds for no superuser and no owner.
    pub fn address_as(&self, role: &str, password: &str) -> String {
        let account = format!("{}:{}", escaped(role), escaped(password));
        Address { account, ..self.address.clone() }.url()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(&self.address.database));
        let address = self.template.beside();
        // In a thread of its own: the test's runtime may be blocked, or ended.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(run(&address, &sql)))
        });
        // A test does not fail by its tidying; what stays has a name that says what it was.
        let _ = dropping.join();
    }
}

impl Address {
    fn read(text: &str) -> Option<Self> {
        let (scheme, rest) =
            text.split_once("://").filter(|(scheme, _)| ["postgres", "postgresql"].contains(scheme))?;
        let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (before, database) = rest.split_once('/').filter(|(_, database)| !database.is_empty())?;
        let (account, server) = before.rsplit_once('@').unwrap_or(("", before));
        let owned = str::to_owned;
        Some(Self {
            scheme: owned(scheme),
            account: owned(account),
            server: owned(server),
            database: owned(database),
            parameters: owned(parameters),
        })
    }

    fn url(&self) -> String {
        let Self { scheme, account, server, database, parameters } = self;
        let at = if account.is_empty() { "" } else { "@" };
        let question = if parameters.is_empty() { "" } else { "?" };
        format!("{scheme}://{account}{at}{server}/{database}{question}{parameters}")
    }

    /// The server's own database: nobody may be connected to what is copied or dropped.
    fn beside(&self) -> String {
        Self { database: "postgres".to_owned(), ..self.clone() }.url()
    }
}

fn run(address: &str, sql: &str) -> impl Future<Output = Result<(), tokio_postgres::Error>> + Send {
    let (address, sql) = (address.to_owned(), sql.to_owned());
    async move {
        let (client, connection): (Client, _) = tokio_postgres::connect(&address, NoTls).await?;
        let serving = tokio::spawn(connection);
        let done = client.batch_execute(&sql).await;
        drop(client);
        let _ = serving.await;
        done
    }
}

/// An identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// In the account of a URL.
fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_into_parts_and_back() {
        for text in ["postgres://a:b@localhost:5432/app?sslmode=disable", "postgresql://localhost/app"] {
            assert_eq!(Address::read(text).unwrap().url(), text);
        }
        for text in ["mysql://localhost/app", "postgres://localhost", "postgres://localhost/", "app"] {
            assert!(matches!(PostgresTemplate::new(text), Err(TemplateError::Address)), "{text}");
        }
        let template = PostgresTemplate::new("postgres://a:b@localhost:5432/app").unwrap();
        assert_eq!(template.address.beside(), "postgres://a:b@localhost:5432/postgres");
    }
}
