//! The way to a database, for every command that has one: its address, TLS, the run time, and what is said when there is no way.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use tenancy_core::placement::DatabaseAddress;
use tenancy_operate::tenants::Session;
use tenancy_pool::placement::CatalogConnection;
use tenancy_pool::{OperatorConnection, Tls};

use crate::failure::Failure;

/// What other databases have in the place of row-level security.
const NO_WALL: &str = "has no row-level security: there the types and the tests keep tenants apart (`tenancy check`), and a database or a file of its own for \
                       each tenant is the second wall";

/// What is not there for the tenants of other databases.
const NO_TENANTS: &str = "is not known here yet: a tenant's life is looked after on PostgreSQL";

/// What is not there for the migrations of other databases.
const NO_SCHEMAS: &str = "has no schemas for tenants in it: there the application's migrations are run by Diesel alone (`diesel migration run`), for each \
                          database or file";

/// Which database, and how to get there.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct Database {
    /// The address, as postgres://user@host:port/database
    ///
    /// The role in it matters: it is the one that acts. An argument can be read by whoever lists the machine's processes, so that an
    /// address with a password in it belongs into the environment.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// A pooler in transaction mode, such as PgBouncer, answers at the address
    #[arg(long)]
    behind_pooler: bool,
    /// The authorities to trust, instead of this machine's; TLS itself is asked for by the address (`?sslmode=require`)
    #[arg(long, value_name = "PEM", env = "TENANCY_TLS_ROOTS")]
    tls_roots: Option<PathBuf>,
    /// How many seconds connecting may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    connect_timeout: u64,
}

impl Database {
    /// Whether a pooler was said to answer.
    pub(crate) fn is_behind_pooler(&self) -> bool {
        self.behind_pooler
    }

    /// The address. Its text, where it is shown, has no password in it.
    pub(crate) fn address(&self) -> Result<DatabaseAddress, Failure> {
        self.address_for(NO_WALL)
    }

    /// The same for the catalog of tenants, by which migrations find their targets.
    pub(crate) fn of_the_fleet(&self) -> Result<DatabaseAddress, Failure> {
        self.address_for(NO_SCHEMAS)
    }

    /// The same for something that other databases do not have, for another reason.
    fn address_for(&self, others: &str) -> Result<DatabaseAddress, Failure> {
        let fix = "give --database-url, or set DATABASE_URL, as postgres://user@host:port/database";
        let Some(url) = &self.database_url else {
            return Err(Failure::new("no database was named").fix(fix));
        };
        let address = DatabaseAddress::new(url.as_str()).map_err(|error| {
            Failure::new("the address of the database cannot be used").because(error).fix(fix)
        })?;
        match server_of(url) {
            Server::PostgreSql => Ok(address),
            Server::Other(name) => {
                Err(Failure::new(format!("not here: {address} is {name}, which {others}"))
                    .fix("use this command for the PostgreSQL databases"))
            }
        }
    }

    /// Connects to it.
    pub(crate) async fn connect(&self) -> Result<AsyncPgConnection, Failure> {
        self.connect_to(&self.address()?).await
    }

    /// Connects for something that other databases do not have, for a reason of its own.
    pub(crate) async fn connect_for(&self, others: &str) -> Result<AsyncPgConnection, Failure> {
        self.connect_to(&self.address_for(others)?).await
    }

    /// Connects to another database in the same way: one that a catalog names.
    pub(crate) async fn connect_to(&self, address: &DatabaseAddress) -> Result<AsyncPgConnection, Failure> {
        self.how()?.connect(address).await.map_err(unreachable)
    }

    /// Connects for an operation on a tenant, which goes through no pooler.
    pub(crate) async fn session(&self) -> Result<Session, Failure> {
        self.session_for(NO_TENANTS).await
    }

    /// The same for something that other databases do not have, for another reason.
    pub(crate) async fn session_for(&self, others: &str) -> Result<Session, Failure> {
        if self.behind_pooler {
            return Err(Failure::new(
                "an operation on a tenant holds one backend, and a pooler lends several",
            )
            .fix("give the server's own address, without --behind-pooler"));
        }
        let address = self.address_for(others)?;
        let client = self.how()?.client(&address).await.map_err(unreachable)?;
        Session::new(client, &address)
            .await
            .map_err(|error| Failure::new("the database cannot be worked on").because(error))
    }

    /// How to connect, for what goes to several databases, and through no pooler.
    pub(crate) fn directly(&self) -> Result<OperatorConnection, Failure> {
        if self.behind_pooler {
            return Err(Failure::new(
                "this keeps settings and locks in its sessions, and a pooler mixes sessions up",
            )
            .fix("give the server's own address, without --behind-pooler"));
        }
        self.how()
    }

    /// The same way to the catalog of tenants.
    pub(crate) fn catalog(&self) -> Result<CatalogConnection, Failure> {
        let connection = CatalogConnection::new(self.address()?)
            .connect_timeout(Duration::from_secs(self.connect_timeout));
        Ok(match self.tls()? {
            Some(tls) => connection.tls(tls),
            None => connection,
        })
    }

    /// The authorities that were named.
    fn tls(&self) -> Result<Option<Tls>, Failure> {
        let Some(path) = &self.tls_roots else { return Ok(None) };
        let unusable = || format!("the authorities of {} cannot be used", path.display());
        let pem = std::fs::read(path).map_err(|error| Failure::new(unusable()).because(error))?;
        Tls::with_roots(pem).map(Some).map_err(|error| Failure::new(unusable()).because(error))
    }

    fn how(&self) -> Result<OperatorConnection, Failure> {
        let mut how = OperatorConnection::new("tenancy").timeout(Duration::from_secs(self.connect_timeout));
        if self.behind_pooler {
            how = how.behind_pooler();
        }
        if let Some(tls) = self.tls()? {
            how = how.tls(tls);
        }
        Ok(how)
    }
}

fn unreachable(error: ConnectionError) -> Failure {
    Failure::new(error.to_string())
        .fix("see that the server runs, and that host, port, user, password and database are right")
}

enum Server {
    PostgreSql,
    Other(&'static str),
}

/// Which server an address is one of, by its scheme; a file of SQLite has none.
fn server_of(url: &str) -> Server {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    let file = url.split(['?', '#']).next().unwrap_or_default();
    match scheme.as_str() {
        "mysql" | "mariadb" => Server::Other("a MySQL or MariaDB database"),
        "sqlite" | "file" => Server::Other("an SQLite database"),
        _ if file == ":memory:"
            || [".sqlite", ".sqlite3", ".db"].iter().any(|end| file.ends_with(end)) && scheme.is_empty() =>
        {
            Server::Other("an SQLite database")
        }
        _ => Server::PostgreSql,
    }
}

/// Runs `work` to its end, on this thread.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("the run time cannot be started").because(error))?
        .block_on(work)
}

#[cfg(test)]
mod tests {
    use super::{Server, server_of};

    #[test]
    fn a_server_is_known_by_its_address() {
        for url in [
            "mysql://a@b/c",
            "MariaDB://a@b/c",
            "sqlite://x",
            "sqlite::memory:",
            ":memory:",
            "var/acme.sqlite",
            "acme.db",
        ] {
            assert!(matches!(server_of(url), Server::Other(_)), "{url}");
        }
        for url in ["postgres://a@b/c", "postgresql://a@b/c.db", "host=/run user=a dbname=c"] {
            assert!(matches!(server_of(url), Server::PostgreSql), "{url}");
        }
    }
}
