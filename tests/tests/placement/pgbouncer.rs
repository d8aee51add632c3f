//! A throw-away PgBouncer.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ends it, and removes its files, when the pipe from us closes, whatever ended us.
const SUPERVISE: &str =
    r#"trap '' INT; "$1" -q "$2/pgbouncer.ini" >"$2/log" 2>&1 & cat >/dev/null; kill -9 $!; rm -rf "$2""#;

pub(crate) struct PgBouncer {
    supervisor: Child,
    directory: PathBuf,
    port: u16,
    database: String,
}

impl PgBouncer {
    /// One in front of the database at `url`, in transaction mode, with `settings`, for these roles and passwords; `None`, and a line
    /// that says so, when there is none installed.
    pub(crate) fn start(url: &str, logins: &[(&str, &str)], settings: &str) -> Option<Self> {
        let Some(program) = installed() else {
            // Not `eprintln!`: the harness would swallow it.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: no pgbouncer is installed, so nothing was tried behind it"
            );
            return None;
        };
        let port =
            TcpListener::bind(("127.0.0.1", 0)).and_then(|port| port.local_addr()).expect("a port").port();
        let directory = PathBuf::from(format!("/tmp/tenancy_pgbouncer_{}_{port}", std::process::id()));
        fs::create_dir(&directory).expect("a directory");
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).expect("a directory");
        let users: String =
            logins.iter().map(|(role, password)| format!("\"{role}\" \"{password}\"\n")).collect();
        let server = url.split('?').next().and_then(|url| url.split("://").nth(1)).expect("a URL");
        let (server, database) = server.split_once('/').expect("a database");
        let server = server.rsplit('@').next().unwrap_or(server);
        let (host, server_port) = server.split_once(':').unwrap_or((server, "5432"));
        let users_file = directory.join("users");
        let ini = format!(
            "[databases]\n{database} = host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\n{settings}\n",
            users_file.display()
        );
        fs::write(&users_file, users).expect("a file");
        fs::write(directory.join("pgbouncer.ini"), ini).expect("a file");
        let mut command = Command::new("sh");
        command
            .args(["-c", SUPERVISE, "sh"])
            .arg(program)
            .arg(&directory)
            .stdin(Stdio::piped())
            .process_group(0);
        if let Some((user, group)) = lesser_account() {
            command.uid(user).gid(group);
        }
        let supervisor = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell");
        let started = Self { supervisor, directory, port, database: database.to_owned() };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = fs::read_to_string(started.directory.join("log")).unwrap_or_default();
            assert!(begin.elapsed() < Duration::from_secs(30), "PgBouncer did not start:\n{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(started)
    }

    /// The address of the database through it.
    pub(crate) fn url(&self, role: &str, password: &str) -> String {
        format!("postgres://{role}:{password}@127.0.0.1:{}/{}?sslmode=disable", self.port, self.database)
    }

    /// Whether it is from before it kept the names of prepared statements apart.
    pub(crate) fn is_old() -> bool {
        let Some(program) = installed() else { return false };
        let output = Command::new(program).arg("--version").output().expect("a version").stdout;
        let text = String::from_utf8_lossy(&output).into_owned();
        let number = text.split_whitespace().nth(1).expect("a version");
        let minor: u32 = number.split('.').nth(1).expect("a version").parse().expect("a number");
        number.starts_with("1.") && minor < 21
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
        // What the lesser account could not.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|directory| directory.join("pgbouncer"))
        .find(|program| program.is_file())
}

/// It refuses to run as root.
fn lesser_account() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?.stdout;
        String::from_utf8_lossy(&output).trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"].iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)))
}
