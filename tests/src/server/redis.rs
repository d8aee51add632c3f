//! Redis: the server that the environment names, a throw-away one, or none.

use super::{
    account::Account,
    engine::{self, Engine, Started},
    process::Plan,
    programs,
};
use std::{
    env,
    ffi::OsString,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::OnceLock,
};
use tenancy_policies::redis;

/// The variable that names a server to use.
const VARIABLE: &str = "REDIS_URL";

/// The server's address, and the server if it is ours.
pub(super) struct Redis {
    pub(super) url: String,
    /// `None`: the environment named it.
    pub(super) started: Option<Started>,
}

/// The one server of this process, if there is any. A failure is kept: every test is to show it.
pub(super) fn instance() -> Result<Option<&'static Redis>, String> {
    static INSTANCE: OnceLock<Result<Option<Redis>, String>> = OnceLock::new();
    INSTANCE.get_or_init(given_or_started).as_ref().map(Option::as_ref).map_err(Clone::clone)
}

/// Another server, for a test that stops it. `None` if none is installed, or the environment names one.
pub(super) fn fresh() -> Result<Option<Redis>, String> {
    if env::var(VARIABLE).is_ok_and(|url| !url.is_empty()) {
        let _ = writeln!(io::stderr(), "skipped: {VARIABLE} names a server, which is not ours to stop");
        return Ok(None);
    }
    given_or_started()
}

fn given_or_started() -> Result<Option<Redis>, String> {
    if let Some(url) = env::var(VARIABLE).ok().filter(|url| !url.is_empty()) {
        return Ok(Some(Redis { url, started: None }));
    }
    let Some(installed) = Installed::find()? else {
        engine::not_installed(Installed::NAME, "redis-server", VARIABLE)?;
        return Ok(None);
    };
    let started = engine::start(&installed)?;
    Ok(Some(Redis { url: url(started.port), started: Some(started) }))
}

fn url(port: u16) -> String {
    format!("redis://127.0.0.1:{port}/")
}

/// The program of an installed Redis.
struct Installed {
    account: Account,
    server: PathBuf,
}

impl Installed {
    fn find() -> Result<Option<Self>, String> {
        let account = Account::choose("redis")?;
        let mut directories = programs::path_directories();
        let elsewhere = ["/usr/bin", "/usr/sbin", "/opt/homebrew/bin", "/usr/local/bin"];
        directories.extend(elsewhere.map(PathBuf::from));
        let server = programs::find(&directories, &["redis-server", "valkey-server"], &account);
        Ok(server.map(|server| Self { account, server }))
    }
}

impl Engine for Installed {
    const NAME: &'static str = "Redis";
    const DIRECTORY: &'static str = "tenancy_redis";

    fn account(&self) -> &Account {
        &self.account
    }

    fn plan(&self, directory: &Path, port: u16) -> Plan {
        let data = directory.join("data");
        let server: Vec<OsString> = vec![
            self.server.clone().into(),
            "--bind".into(),
            "127.0.0.1".into(),
            "--port".into(),
            port.to_string().into(),
            "--dir".into(),
            data.clone().into(),
            // Nothing here has to survive.
            "--save".into(),
            "".into(),
            "--appendonly".into(),
            "no".into(),
        ];
        Plan {
            stop_signal: "KILL",
            prepare: r#"mkdir "$DATA""#,
            environment: vec![("DATA", data.into())],
            server,
        }
    }

    fn data_directory(&self, port: u16) -> Result<PathBuf, String> {
        let asked = || {
            let mut connection = redis::Client::open(url(port))?.get_connection()?;
            redis::cmd("CONFIG").arg("GET").arg("dir").query::<(String, String)>(&mut connection)
        };
        asked().map(|(_, directory)| PathBuf::from(directory)).map_err(|error| error.to_string())
    }
}
