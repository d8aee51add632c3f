//! A throw-away PostgreSQL, started and ended as the tests' are, with settings for measuring.

// The tests' own files: their crate as a whole asks for scopes without an authority, which a release build refuses.
#[path = "../../tests/src/server/account.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod account;
#[path = "../../tests/src/server/process.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod process;
#[path = "../../tests/src/server/programs.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod programs;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::{env, fs};

use account::Account;
use process::{Plan, Supervised};
use tokio_postgres::NoTls;

use crate::Failure;

/// Where Debian keeps the versions.
const VERSIONED: &str = "/usr/lib/postgresql";

/// The settings: those of the baselines that `README.md` compares with, and nothing that has to survive a crash. A checkpoint
/// or a vacuum in the middle of a round would be somebody's time.
const SETTINGS: [&str; 11] = [
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "shared_buffers=512MB",
    "jit=off",
    "autovacuum=off",
    "max_wal_size=8GB",
    "checkpoint_timeout=1h",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    // A worker's backend is on the same core as the client, where it saves nothing.
    "max_parallel_workers_per_gather=0",
];

/// A server of our own; dropping it ends it.
pub(crate) struct Server {
    process: Supervised,
    port: u16,
}

impl Server {
    /// Starts one and waits until it answers. It runs on the cores that this process is pinned to.
    pub(crate) fn start() -> Result<Self, Failure> {
        let account = Account::choose("postgres")?;
        let (initdb, postgres) = programs(&account)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let directory = env::temp_dir().join(format!("tenancy_bench_{}", std::process::id()));
        let data = directory.join("data");
        let mut server = vec![postgres.into(), "-D".into(), data.clone().into()];
        let own = [format!("port={port}"), format!("unix_socket_directories=\"{}\"", directory.display())];
        for setting in SETTINGS.into_iter().map(str::to_owned).chain(own) {
            server.extend(["-c".into(), setting.into()]);
        }
        let plan = Plan {
            stop_signal: "QUIT",
            prepare: r#"
                init() { "$INITDB" -D "$DATA" -U postgres --auth=trust --no-sync -E UTF8 --locale="$1"; }
                init C.UTF-8 || init C
            "#,
            environment: vec![("INITDB", initdb.into()), ("DATA", data.into())],
            server,
        };
        let process = Supervised::spawn(&account, directory, plan).map_err(|error| match error {
            process::SpawnError::NoDirectory(reason) | process::SpawnError::Other(reason) => {
                format!("PostgreSQL cannot be started: {reason}")
            }
        })?;
        let server = Self { process, port };
        server.process.wait_until(|| server.is_ours()).map_err(|error| match error {
            process::StartError::PortTaken(reason) | process::StartError::Failed(reason) => {
                format!("PostgreSQL did not start: {reason}")
            }
        })?;
        Ok(server)
    }

    /// The address of `database` for `role`, through the socket.
    pub(crate) fn socket(&self, role: &str, database: &str) -> String {
        let directory = self.process.directory().display().to_string().replace('/', "%2F");
        format!("postgres://{role}@{directory}:{}/{database}", self.port)
    }

    /// The same over TCP to `port`: the server's, or that of a proxy.
    pub(crate) fn tcp(role: &str, database: &str, port: u16) -> String {
        format!("postgres://{role}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// Where it listens, at 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether what answers on the socket is our server: its directory is our own, so nobody else is there.
    fn is_ours(&self) -> Result<(), String> {
        let runtime = crate::runtime().map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let (_client, connection) = tokio_postgres::connect(&self.socket("postgres", "postgres"), NoTls)
                .await
                .map_err(|error| error.to_string())?;
            drop(connection);
            Ok(())
        })
    }
}

/// `initdb` and `postgres` of one version.
fn programs(account: &Account) -> Result<(PathBuf, PathBuf), Failure> {
    let mut directories = programs::path_directories();
    directories.extend(programs::versioned_directories(VERSIONED, ""));
    directories
        .iter()
        .map(|directory| (directory.join("initdb"), directory.join("postgres")))
        .find(|(initdb, postgres)| programs::works(initdb, account) && programs::works(postgres, account))
        .ok_or_else(|| {
            format!(
                "the benches need a PostgreSQL server, and {} finds neither `initdb` and `postgres` in PATH nor a version \
                 below {VERSIONED}: install it (Debian: `apt-get install postgresql`) or put it into PATH",
                account.describe()
            )
            .into()
        })
}

/// What the kernel says of the processor, in its words.
pub(crate) fn processor() -> String {
    let model = fs::read_to_string(Path::new("/proc/cpuinfo")).ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    model.unwrap_or_else(|| "an unknown processor".to_owned())
}
