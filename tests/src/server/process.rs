//! One throw-away server process, and that it ends with us.

use super::account::Account;
use std::{
    ffi::OsString,
    fs,
    io::Read as _,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The supervisor's program. It is given to `sh -c`, so that no file has to be found at run time.
const SUPERVISE: &str = include_str!("supervise.sh");

/// How long a server may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How much of the log a message shows.
const LOG_LINES: usize = 30;

/// What the supervisor is told.
pub(super) struct Plan {
    /// The signal that ends the server at once.
    pub(super) stop_signal: &'static str,
    /// Shell text that fills the directory.
    pub(super) prepare: &'static str,
    /// What `prepare` reads.
    pub(super) environment: Vec<(&'static str, OsString)>,
    /// The server's program and its arguments. It must stay in the foreground.
    pub(super) server: Vec<OsString>,
}

/// A running server with its supervisor.
///
/// The supervisor waits for the end of the pipe that `supervisor.stdin` holds open. A process that ends
/// closes its pipes whatever ended it, so nothing has to run here; `drop` is for a failed start.
pub(super) struct Supervised {
    supervisor: Child,
    directory: PathBuf,
}

impl Supervised {
    /// Starts the supervisor, which makes `directory`, prepares it, and starts the server.
    pub(super) fn spawn(account: &Account, directory: PathBuf, plan: Plan) -> Result<Self, SpawnError> {
        let supervisor = account
            .command("sh")
            .arg("-c")
            .arg(SUPERVISE)
            .arg("tenancy-supervisor")
            .arg(&directory)
            .arg(plan.stop_signal)
            .arg(plan.prepare)
            .args(plan.server)
            .envs(plan.environment)
            // The same messages, times and helper files everywhere, and nothing of the caller's home.
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("HOME", &directory)
            .env("TMPDIR", &directory)
            // Ours may be closed to the account.
            .current_dir("/")
            .stdin(Stdio::piped())
            // Not ours: whoever reads our output (`cargo test`, a pipe) would wait for the server's end.
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own: Ctrl-C in a terminal goes to all of ours, and it is to outlive us.
            .process_group(0)
            .spawn()
            .map_err(|error| {
                SpawnError::Other(format!(
                    "its supervisor (`sh`) cannot be started as {}: {error}",
                    account.describe()
                ))
            })?;
        let mut spawned = Self { supervisor, directory };
        let mut complaint = String::new();
        let read = spawned.supervisor.stdout.take().map(|mut output| output.read_to_string(&mut complaint));
        match read {
            Some(Ok(0)) => Ok(spawned),
            Some(Ok(_)) => Err(SpawnError::NoDirectory(complaint.trim().to_owned())),
            Some(Err(error)) => Err(SpawnError::Other(format!("its supervisor cannot be read: {error}"))),
            None => Err(SpawnError::Other("its supervisor has no output".to_owned())),
        }
    }

    /// Waits until `probe` succeeds, the server ended, or the time is up.
    pub(super) fn wait_until(&self, mut probe: impl FnMut() -> Result<(), String>) -> Result<(), StartError> {
        let begin = Instant::now();
        loop {
            let Err(reason) = probe() else { return Ok(()) };
            let ended = self.directory.join("exited").exists();
            let log = log_tail(&self.directory);
            if ended && log.contains("Address already in use") {
                return Err(StartError::PortTaken(log));
            }
            if ended {
                return Err(StartError::Failed(format!("it ended before it answered. Its log:\n{log}")));
            }
            if begin.elapsed() > START_LIMIT {
                let seconds = START_LIMIT.as_secs();
                return Err(StartError::Failed(format!(
                    "it did not answer within {seconds} s ({reason}). Its log:\n{log}"
                )));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where everything of this server is.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        // Its end is not news to anybody; the wait only keeps it from staying a zombie.
        let _ = self.supervisor.wait();
    }
}

/// Why a supervisor did not start.
pub(super) enum SpawnError {
    /// The directory cannot be made: another place may do. Holds the reason.
    NoDirectory(String),
    /// Another attempt would end the same.
    Other(String),
}

/// Why a server did not start.
pub(super) enum StartError {
    /// Another program was faster: another port may do. Holds the log.
    PortTaken(String),
    /// Another attempt would end the same.
    Failed(String),
}

/// The last lines of the server's log.
fn log_tail(directory: &Path) -> String {
    match fs::read(directory.join("log")) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
        }
        Err(error) => format!("(no log: {error})"),
    }
}
