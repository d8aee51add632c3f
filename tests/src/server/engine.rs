//! What the throw-away servers have in common: a port, a few attempts, a question that shows it is ours.

use super::{
    account::Account,
    database::unique_name,
    process::{Plan, SpawnError, StartError, Supervised},
};
use std::{
    env, fs,
    io::{self, Write as _},
    net::TcpListener,
    path::{self, Path, PathBuf},
};

/// How often another port is tried.
const ATTEMPTS: usize = 8;

/// One kind of database server.
pub(super) trait Engine {
    /// Its name in messages.
    const NAME: &'static str;
    /// How its directory's name begins. It is short: the path of a socket in it may have 103 bytes.
    const DIRECTORY: &'static str;

    /// Whom it runs as.
    fn account(&self) -> &Account;

    /// How it is prepared in `directory` (its data in `directory/data`) and started on `port`.
    fn plan(&self, directory: &Path, port: u16) -> Plan;

    /// Asks the server on `port` where its data is.
    fn data_directory(&self, port: u16) -> Result<PathBuf, String>;
}

/// A server of ours that answers.
pub(super) struct Started {
    /// Holds the server's life: it ends when this is dropped or when we end.
    process: Supervised,
    /// Where it listens, at 127.0.0.1.
    pub(super) port: u16,
}

impl Started {
    /// Where everything of this server is.
    pub(super) fn directory(&self) -> &Path {
        self.process.directory()
    }
}

/// Starts a server and waits until it answers.
pub(super) fn start<E: Engine>(engine: &E) -> Result<Started, String> {
    let name = E::NAME;
    let mut last_log = String::new();
    for _ in 0..ATTEMPTS {
        let port = free_port()?;
        let process = spawn(engine, port).map_err(|error| format!("{name} cannot be started: {error}"))?;
        match process.wait_until(|| is_ours(engine, &process, port)) {
            Ok(()) => return Ok(Started { process, port }),
            Err(StartError::PortTaken(log)) => last_log = log,
            Err(StartError::Failed(reason)) => return Err(format!("{name} did not start: {reason}")),
        }
    }
    Err(format!("{name} found its port taken {ATTEMPTS} times in a row. Its last log:\n{last_log}"))
}

/// What becomes of the tests of a server that is not installed: with `CI` set they fail, and elsewhere they are skipped, which a line says.
pub(super) fn not_installed(name: &str, package: &str, variable: &str) -> Result<(), String> {
    if env::var_os("CI").is_some_and(|value| !value.is_empty()) {
        return Err(format!(
            "no {name} server found, and CI is set, where no test may be skipped: install it (Debian, Ubuntu: \
             `apt-get install {package}`), or set {variable}"
        ));
    }
    // Not `eprintln!`: the test harness would swallow it. There is nobody to tell if it fails.
    let _ = writeln!(io::stderr(), "skipped: no {name} server found (apt-get install {package})");
    Ok(())
}

/// Starts the supervisor with a directory of a new name.
fn spawn<E: Engine>(engine: &E, port: u16) -> Result<Supervised, String> {
    let name = unique_name(E::DIRECTORY);
    let mut complaints = Vec::new();
    // A `TMPDIR` of one's own (of root, for example) may be closed to the account of the server.
    for parent in [path::absolute(env::temp_dir()).unwrap_or_default(), PathBuf::from("/tmp")] {
        let directory = parent.join(&name);
        let plan = engine.plan(&directory, port);
        match Supervised::spawn(engine.account(), directory, plan) {
            Ok(process) => return Ok(process),
            Err(SpawnError::NoDirectory(complaint)) => complaints.push(complaint),
            Err(SpawnError::Other(reason)) => return Err(reason),
        }
    }
    Err(format!(
        "{} cannot make a directory for it ({}): set TMPDIR to a directory that it may write",
        engine.account().describe(),
        complaints.join("; ")
    ))
}

/// A port that is free now. Another program may take it before the server does.
fn free_port() -> Result<u16, String> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port at 127.0.0.1 for a database server: {error}"))
}

/// Whether the server on `port` answers and is ours: if the port was lost to another test process, its
/// server answers there, and would end under our tests.
fn is_ours<E: Engine>(engine: &E, process: &Supervised, port: u16) -> Result<(), String> {
    let theirs = engine.data_directory(port)?;
    let ours = process.directory().join("data");
    // Some servers resolve symbolic links (macOS: /var is /private/var).
    let real = |path: PathBuf| fs::canonicalize(&path).unwrap_or(path);
    if real(theirs) == real(ours) { Ok(()) } else { Err("the port belongs to another server".to_owned()) }
}
