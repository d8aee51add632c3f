//! MariaDB: the server that the environment names, a throw-away one, or none.

use super::{
    account::Account,
    database,
    engine::{self, Engine, Started},
    process::Plan,
    programs,
};
use diesel::{QueryResult, dsl::sql, select, sql_query, sql_types::Text};
use diesel_async::{AsyncConnection as _, AsyncMysqlConnection, RunQueryDsl as _};
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::Duration,
};

/// The variable that names a server to use.
const VARIABLE: &str = "MYSQL_URL";

/// The database of a throw-away server.
const DATABASE: &str = "tenancy";

/// The server's address, and the server if it is ours.
pub(super) struct Mariadb {
    /// The address of its first database.
    pub(super) url: String,
    /// `None`: the environment named it.
    pub(super) started: Option<Started>,
}

/// The one server of this process, if there is any. A failure is kept: every test is to show it.
pub(super) fn instance() -> Result<Option<&'static Mariadb>, String> {
    static INSTANCE: OnceLock<Result<Option<Mariadb>, String>> = OnceLock::new();
    INSTANCE.get_or_init(given_or_started).as_ref().map(Option::as_ref).map_err(Clone::clone)
}

/// The named server, a new one, or none where that is allowed.
fn given_or_started() -> Result<Option<Mariadb>, String> {
    if let Some(url) = env::var(VARIABLE).ok().filter(|url| !url.is_empty()) {
        // The value may hold a password: no message shows it.
        if url.starts_with("mysql://") {
            return Ok(Some(Mariadb { url, started: None }));
        }
        return Err(format!(
            "{VARIABLE} does not name a MariaDB server: write it as mysql://user@host:port/database, or unset \
             it for a throw-away server"
        ));
    }
    let Some(installed) = Installed::find()? else {
        engine::not_installed(Installed::NAME, "mariadb-server", VARIABLE)?;
        return Ok(None);
    };
    let started = engine::start(&installed)?;
    execute(&url(started.port, ""), create(DATABASE)).map_err(|error| {
        format!("MariaDB started, but the database {DATABASE} cannot be created: {error}")
    })?;
    Ok(Some(Mariadb { url: url(started.port, DATABASE), started: Some(started) }))
}

/// Creates an empty database and returns its address.
pub(super) fn fresh_database(server: &Mariadb, prefix: &str) -> Result<String, String> {
    let name = database::unique_name(prefix);
    let fresh = database::with_database(&server.url, &name)?;
    execute(&server.url, create(&name)).map_err(|error| {
        format!(
            "the database {name} cannot be created: {error}. Is the server of {VARIABLE} running, and may its \
             account create databases?"
        )
    })?;
    Ok(fresh)
}

/// The statement that creates a database.
fn create(name: &str) -> String {
    format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")
}

/// The address of a database of a throw-away server.
fn url(port: u16, database: &str) -> String {
    format!("mysql://root@127.0.0.1:{port}/{database}")
}

/// Runs one statement.
fn execute(url: &str, statement: String) -> Result<(), String> {
    connected(url, async move |connection| sql_query(statement).execute(connection).await.map(|_| ()))
}

/// Runs `work` on a connection, from wherever we are.
///
/// A thread of its own: a tokio runtime cannot be started inside another, and callers may be in one.
fn connected<T: Send + 'static>(
    url: &str,
    work: impl AsyncFnOnce(&mut AsyncMysqlConnection) -> QueryResult<T> + Send + 'static,
) -> Result<T, String> {
    let url = url.to_owned();
    let finished = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no tokio runtime: {error}"))?;
        runtime.block_on(async {
            // Whatever else listens there may accept and never answer.
            let connect =
                tokio::time::timeout(Duration::from_secs(30), AsyncMysqlConnection::establish(&url));
            let mut connection = match connect.await {
                Ok(connection) => connection.map_err(|error| error.to_string())?,
                Err(_) => return Err("no answer within 30 s".to_owned()),
            };
            work(&mut connection).await.map_err(|error| error.to_string())
        })
    });
    finished.join().unwrap_or_else(|_| Err("the thread that asked the server panicked".to_owned()))
}

/// The programs of an installed MariaDB.
struct Installed {
    account: Account,
    install: PathBuf,
    server: PathBuf,
}

impl Installed {
    /// The first that works, in `PATH`, then where packagers put it. MariaDB's old names come last.
    fn find() -> Result<Option<Self>, String> {
        let account = Account::choose("mysql")?;
        let mut directories = programs::path_directories();
        directories.extend(["/usr/bin", "/usr/sbin", "/usr/libexec"].map(PathBuf::from));
        for parent in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
            directories.extend(programs::versioned_directories(parent, "mariadb"));
        }
        let install = programs::find(&directories, &["mariadb-install-db", "mysql_install_db"], &account);
        let server = programs::find(&directories, &["mariadbd", "mysqld"], &account);
        Ok(match (install, server) {
            (Some(install), Some(server)) => Some(Self { account, install, server }),
            _ => None,
        })
    }
}

impl Engine for Installed {
    const NAME: &'static str = "MariaDB";
    const DIRECTORY: &'static str = "tenancy_maria";

    fn account(&self) -> &Account {
        &self.account
    }

    fn plan(&self, directory: &Path, port: u16) -> Plan {
        let data = directory.join("data");
        let with_path = |option: &str, path: &Path| {
            let mut option = OsString::from(option);
            option.push(path);
            option
        };
        // No `--user`: the whole process tree runs as that account already.
        let server = vec![
            self.server.clone().into(),
            "--no-defaults".into(),
            with_path("--datadir=", &data),
            with_path("--tmpdir=", directory),
            with_path("--socket=", &directory.join("mysql.sock")),
            with_path("--pid-file=", &directory.join("mariadb.pid")),
            format!("--port={port}").into(),
            "--bind-address=127.0.0.1".into(),
            // The account is root@127.0.0.1, whatever name that address has.
            "--skip-name-resolve".into(),
            "--skip-log-bin".into(),
            // Without a configuration it would still be latin1.
            "--character-set-server=utf8mb4".into(),
            "--innodb-log-file-size=16M".into(),
            // Nothing here has to survive a crash.
            "--innodb-flush-log-at-trx-commit=0".into(),
            "--innodb-doublewrite=0".into(),
            // The kernel's limit of asynchronous requests is one for all servers of a machine.
            "--innodb-use-native-aio=0".into(),
        ];
        Plan {
            // Nothing of it is needed again, and it has no helper processes.
            stop_signal: "KILL",
            // `normal`: root has an empty password, over TCP too. `--force`: without a name service, too.
            prepare: r#"
                "$INSTALL" --no-defaults --datadir="$DATA" --auth-root-authentication-method=normal \
                    --skip-test-db --force --innodb-log-file-size=16M
            "#,
            environment: vec![("INSTALL", self.install.clone().into()), ("DATA", data.into())],
            server,
        }
    }

    fn data_directory(&self, port: u16) -> Result<PathBuf, String> {
        connected(&url(port, ""), async |connection| {
            select(sql::<Text>("@@datadir")).get_result::<String>(connection).await
        })
        .map(PathBuf::from)
    }
}
