//! PostgreSQL: the server that the environment names, or a throw-away one.

use super::{
    account::Account,
    database,
    engine::{self, Engine, Started},
    process::Plan,
    programs,
};
use diesel::{
    Connection as _, PgConnection, RunQueryDsl as _,
    dsl::sql,
    select, sql_query,
    sql_types::{Integer, Text},
};
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The variable that names a server to use.
const VARIABLE: &str = "DATABASE_URL";

/// Where packagers put the versions: the directory, and what stands before the number.
const VERSIONED: [(&str, &str); 6] = [
    // Debian and Ubuntu.
    ("/usr/lib/postgresql", ""),
    // The packages of postgresql.org for Red Hat's family.
    ("/usr", "pgsql-"),
    // Homebrew, on Apple's processors and on Intel's, and on Linux.
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql"),
    // Arch keeps the version before the current one here.
    ("/opt", "pgsql-"),
];

/// The server's address, and the server if it is ours.
pub(super) struct Postgres {
    /// The address of its first database.
    pub(super) url: String,
    /// `None`: the environment named it.
    pub(super) started: Option<Started>,
}

/// The one server of this process. A failure is kept: every test is to show it, none is to wait for it again.
pub(super) fn instance() -> Result<&'static Postgres, String> {
    static INSTANCE: OnceLock<Result<Postgres, String>> = OnceLock::new();
    INSTANCE.get_or_init(given_or_started).as_ref().map_err(Clone::clone)
}

/// The named server, or a new one.
fn given_or_started() -> Result<Postgres, String> {
    if let Some(url) = env::var(VARIABLE).ok().filter(|url| !url.is_empty()) {
        // The value may hold a password: no message shows it.
        if ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Ok(Postgres { url, started: None });
        }
        return Err(format!(
            "{VARIABLE} does not name a PostgreSQL server: write it as postgres://user@host:port/database, \
             or unset it for a throw-away server"
        ));
    }
    fresh()
}

/// A new one.
pub(super) fn fresh() -> Result<Postgres, String> {
    let started = engine::start(&Installed::find()?)?;
    Ok(Postgres { url: url(started.port, "postgres"), started: Some(started) })
}

/// Creates an empty database and returns its address.
pub(super) fn fresh_database(server: &Postgres, prefix: &str) -> Result<String, String> {
    let name = database::unique_name(prefix);
    let fresh = database::with_database(&server.url, &name)?;
    let mut connection = PgConnection::establish(&server.url).map_err(|error| {
        format!(
            "the PostgreSQL server of the tests does not answer: {error}. Is the one of {VARIABLE} running?"
        )
    })?;
    // By copying its files, which takes the server half of the work; the word is known from PostgreSQL 15 on.
    let strategy = match sql_query(
        "SELECT 1 FROM pg_settings WHERE name = 'server_version_num' AND setting::integer >= 150000",
    )
    .execute(&mut connection)
    {
        Ok(1) => " STRATEGY file_copy",
        _ => "",
    };
    // template0: nobody is connected to it and nobody adds to it, both of which happen to template1.
    sql_query(format!("CREATE DATABASE {name} TEMPLATE template0{strategy}"))
        .execute(&mut connection)
        .map_err(|error| {
            format!(
                "the database {name} cannot be created: {error}. The account of {VARIABLE} needs the \
                 attribute CREATEDB"
            )
        })?;
    Ok(fresh)
}

/// The major version of the server.
pub(super) fn major_version(server: &Postgres) -> Result<i32, String> {
    let mut connection = PgConnection::establish(&server.url).map_err(|error| error.to_string())?;
    select(sql::<Integer>("current_setting('server_version_num')::integer / 10000"))
        .get_result(&mut connection)
        .map_err(|error| error.to_string())
}

/// The address of a database of a throw-away server.
fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

/// A program of the newest PostgreSQL that is installed: an older `pg_dump` refuses a newer server.
pub(super) fn program(name: &str) -> Result<PathBuf, String> {
    let mut directories = Vec::new();
    for (parent, prefix) in VERSIONED {
        directories.extend(programs::versioned_directories(parent, prefix));
    }
    directories.extend(programs::path_directories());
    programs::find(&directories, &[name], &Account::choose("postgres")?)
        .ok_or_else(|| format!("the tests need PostgreSQL's `{name}`: install it beside the server"))
}

/// The programs of an installed PostgreSQL.
struct Installed {
    account: Account,
    initdb: PathBuf,
    postgres: PathBuf,
}

impl Installed {
    /// The first that works: in `PATH`, then where packagers put it, the highest version first.
    fn find() -> Result<Self, String> {
        let account = Account::choose("postgres")?;
        let mut directories = programs::path_directories();
        for (parent, prefix) in VERSIONED {
            directories.extend(programs::versioned_directories(parent, prefix));
        }
        // From one directory: `initdb` serves the server of its own version only.
        for directory in directories {
            let (initdb, postgres) = (directory.join("initdb"), directory.join("postgres"));
            if programs::works(&initdb, &account) && programs::works(&postgres, &account) {
                return Ok(Self { account, initdb, postgres });
            }
        }
        Err(format!(
            "the tests need a PostgreSQL server, and {} finds neither `initdb` and `postgres` in PATH nor an \
             installed version elsewhere: install it (Debian, Ubuntu: `apt-get install postgresql`; macOS: \
             `brew install postgresql`), or set {VARIABLE}",
            account.describe()
        ))
    }
}

impl Engine for Installed {
    const NAME: &'static str = "PostgreSQL";
    const DIRECTORY: &'static str = "tenancy_pg";

    fn account(&self) -> &Account {
        &self.account
    }

    fn plan(&self, directory: &Path, port: u16) -> Plan {
        let data = directory.join("data");
        // A quoted element of a list: a space or a comma in the path does not end it.
        let mut sockets = OsString::from("unix_socket_directories=\"");
        sockets.push(directory);
        sockets.push("\"");
        let mut server: Vec<OsString> = vec![self.postgres.clone().into(), "-D".into(), data.clone().into()];
        let settings = [
            OsString::from("listen_addresses=127.0.0.1"),
            format!("port={port}").into(),
            sockets,
            "max_connections=100".into(),
            // Nothing here has to survive a crash.
            "fsync=off".into(),
            "synchronous_commit=off".into(),
            "full_page_writes=off".into(),
            // Statistics change when a test says so, or plans would be compared that differ by them.
            "autovacuum=off".into(),
        ];
        for setting in settings {
            server.extend(["-c".into(), setting]);
        }
        Plan {
            // What `pg_ctl stop -m immediate` sends.
            stop_signal: "QUIT",
            // C.UTF-8 is not known everywhere. `initdb` removes what it made when it fails.
            prepare: r#"
                init() { "$INITDB" -D "$DATA" -U postgres --auth=trust --no-sync -E UTF8 --locale="$1"; }
                init C.UTF-8 || init C
            "#,
            environment: vec![("INITDB", self.initdb.clone().into()), ("DATA", data.into())],
            server,
        }
    }

    fn data_directory(&self, port: u16) -> Result<PathBuf, String> {
        // Whatever else listens there may accept and never answer.
        let url = format!("{}?connect_timeout=5", url(port, "postgres"));
        let mut connection = PgConnection::establish(&url).map_err(|error| error.to_string())?;
        select(sql::<Text>("current_setting('data_directory')"))
            .get_result::<String>(&mut connection)
            .map(PathBuf::from)
            .map_err(|error| error.to_string())
    }
}
