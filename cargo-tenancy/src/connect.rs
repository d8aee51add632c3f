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

use crate::addresses;
use crate::failure::Failure;
use crate::not_here::NotHere;

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

    /// The address. Its text, where it is shown, has no password in it. `others` is said of a database that is not PostgreSQL.
    pub(crate) fn address(&self, others: NotHere) -> Result<DatabaseAddress, Failure> {
        let fix = "give --database-url, or set DATABASE_URL, as postgres://user@host:port/database";
        let Some(url) = &self.database_url else {
            return Err(Failure::new("no database was named").fix(fix));
        };
        let address = DatabaseAddress::new(url.as_str()).map_err(|error| {
            Failure::new("the address of the database cannot be used").because(error).fix(fix)
        })?;
        others.unless_postgres(url, &address)?;
        Ok(address)
    }

    /// Connects to it.
    pub(crate) async fn connect(&self, others: NotHere) -> Result<AsyncPgConnection, Failure> {
        self.connect_to(&self.address(others)?).await
    }

    /// Connects to another database in the same way: one that a catalog names.
    pub(crate) async fn connect_to(&self, address: &DatabaseAddress) -> Result<AsyncPgConnection, Failure> {
        self.how()?.connect(address).await.map_err(unreachable)
    }

    /// Connects for an operation on a tenant, which goes through no pooler. The databases that a catalog names are reached in the same way.
    pub(crate) async fn session(&self, others: NotHere) -> Result<Session, Failure> {
        let address = self.address(others)?;
        if self.behind_pooler {
            return Err(Failure::new(
                "an operation on a tenant holds one backend, and a pooler lends several",
            )
            .fix("give the server's own address, without --behind-pooler"));
        }
        let client = self.how()?.client(&address).await.map_err(unreachable)?;
        let session = Session::new(client, &address)
            .await
            .map_err(|error| Failure::new("the database cannot be worked on").because(error))?;
        Ok(session.databases(addresses::address, self.how()?))
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
    pub(crate) fn catalog(&self, others: NotHere) -> Result<CatalogConnection, Failure> {
        let connection = CatalogConnection::new(self.address(others)?)
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

/// Runs `work` to its end, on this thread.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("the run time cannot be started").because(error))?
        .block_on(work)
}
