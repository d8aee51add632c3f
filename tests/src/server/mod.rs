//! Real databases for the tests.
//!
//! A test asks for a server or, better, for a database of its own; the first that asks in a process
//! starts the server, and all of that process share it:
//!
//! | | named by | else started from | else |
//! |---|---|---|---|
//! | PostgreSQL | `DATABASE_URL` | `initdb`, `postgres` | the test fails |
//! | MariaDB | `MYSQL_URL` | `mariadb-install-db`, `mariadbd` | the test is skipped; with `CI` set, it fails |
//! | Redis | `REDIS_URL` | `redis-server` | the same |
//!
//! A throw-away server listens at 127.0.0.1 only, on a port of its own, and asks for no password: every
//! account of the machine may use it while the tests run. It keeps everything in one directory below
//! `TMPDIR`. A small shell process supervises it and holds the other end of a pipe from the test
//! process; it stops the server and removes the directory when that process ends, also by a panic, by
//! Ctrl-C, or by SIGKILL. Only a SIGKILL to the supervisor itself leaves the two behind.
//!
//! The functions panic when there is no server: a test without its database has failed. The message says
//! what to install, or holds the end of the server's log.

mod account;
mod database;
mod engine;
mod holes;
mod mariadb;
mod postgres;
mod process;
mod programs;
mod redis;

use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use self::holes::{known_holes, of_the_database};

/// The address of a PostgreSQL server, started on first use unless `DATABASE_URL` names one.
///
/// All tests of the process share the database it leads to; [`fresh_postgres_database`] disturbs nobody.
///
/// # Panics
///
/// If there is no server and none can be started, or `DATABASE_URL` is not the address of one.
#[track_caller]
pub fn postgres_url() -> &'static str {
    &postgres_server().url
}

/// The address of a MariaDB server, started on first use unless `MYSQL_URL` names one.
///
/// `None` if none is installed: a line on the standard error says so, and the test is to return.
///
/// # Panics
///
/// If none is installed and `CI` is set, if an installed one does not start, or if `MYSQL_URL` is not the
/// address of one.
#[track_caller]
pub fn mariadb_url() -> Option<&'static str> {
    Some(&mariadb_server()?.url)
}

/// Whether the PostgreSQL server is older than that major version, which has what a test is about: a line on the standard error says
/// so, and the test is to return.
///
/// # Panics
///
/// As [`postgres_url`], and if the server does not answer.
#[track_caller]
pub fn postgres_is_older_than(major: i32) -> bool {
    let version = done(postgres::major_version(postgres_server()));
    if version < major {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Not `eprintln!`: the harness would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {test} is for PostgreSQL {major} or newer, and this is {version}"
        );
    }
    version < major
}

/// Creates an empty PostgreSQL database and returns its address.
///
/// Its name begins with `name_prefix` (as far as that can stand in a name) and is used once. On a
/// server that `DATABASE_URL` names it stays after the tests; with ours, it goes.
///
/// # Panics
///
/// As [`postgres_url`], and if the account may not create databases.
#[track_caller]
pub fn fresh_postgres_database(name_prefix: &str) -> String {
    done(postgres::fresh_database(postgres_server(), name_prefix))
}

/// A PostgreSQL server of a test's own, which ends with this value.
pub struct FreshPostgres {
    server: postgres::Postgres,
}

/// Starts one, also where `DATABASE_URL` names another.
///
/// # Panics
///
/// If none is installed, or it does not start.
#[track_caller]
pub fn fresh_postgres() -> FreshPostgres {
    FreshPostgres { server: done(postgres::fresh()) }
}

impl FreshPostgres {
    /// Creates an empty database and returns its address.
    ///
    /// # Panics
    ///
    /// If it cannot be created.
    #[track_caller]
    pub fn fresh_database(&self, name_prefix: &str) -> String {
        done(postgres::fresh_database(&self.server, name_prefix))
    }
}

/// Creates an empty MariaDB database and returns its address; `None` as for [`mariadb_url`].
///
/// It may be called from asynchronous code, whose thread it then blocks. The name and the life of the
/// database are those of [`fresh_postgres_database`].
///
/// # Panics
///
/// As [`mariadb_url`], and if the account may not create databases.
#[track_caller]
pub fn fresh_mariadb_database(name_prefix: &str) -> Option<String> {
    Some(done(mariadb::fresh_database(mariadb_server()?, name_prefix)))
}

/// The address of a Redis server, started on first use unless `REDIS_URL` names one.
///
/// All tests of the process share it: each has a namespace of its own. `None` as for [`mariadb_url`].
///
/// # Panics
///
/// If none is installed and `CI` is set, or if an installed one does not start.
#[track_caller]
pub fn redis_url() -> Option<&'static str> {
    Some(&redis_server()?.url)
}

/// A Redis server of a test's own, which may be stopped and ends with this value.
pub struct FreshRedis {
    url: String,
    started: engine::Started,
}

/// Starts one. `None` as for [`mariadb_url`], and where `REDIS_URL` names one, which nobody may stop.
///
/// # Panics
///
/// As [`redis_url`].
#[track_caller]
pub fn fresh_redis() -> Option<FreshRedis> {
    let redis::Redis { url, started } = done(redis::fresh())?;
    Some(FreshRedis { url, started: started? })
}

impl FreshRedis {
    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends its process a signal: `STOP`, `CONT`.
    ///
    /// # Panics
    ///
    /// If it is not there any more.
    pub fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.started.directory().join("pid")).unwrap_or_default();
        let mut kill = std::process::Command::new("sh");
        kill.args(["-c", r#"kill -s "$1" "$2""#, "sh", signal, pid.trim()]);
        assert!(kill.status().is_ok_and(|status| status.success()), "Redis is not there for SIG{signal}");
    }
}

/// A client program of PostgreSQL's, such as `pg_dump`.
///
/// # Panics
///
/// If it is not installed.
#[track_caller]
pub fn postgres_program(name: &str) -> PathBuf {
    done(postgres::program(name))
}

/// The directory of the throw-away PostgreSQL server, with its `log` and its `pid`; `None` if the server
/// is not ours.
///
/// # Panics
///
/// As [`postgres_url`].
#[track_caller]
pub fn postgres_directory() -> Option<&'static Path> {
    postgres_server().started.as_ref().map(engine::Started::directory)
}

/// The directory of the throw-away MariaDB server, with its `log` and its `pid`; `None` if there is no
/// server or it is not ours.
///
/// # Panics
///
/// As [`mariadb_url`].
#[track_caller]
pub fn mariadb_directory() -> Option<&'static Path> {
    mariadb_server()?.started.as_ref().map(engine::Started::directory)
}

/// The directory of the throw-away Redis server, as [`mariadb_directory`].
///
/// # Panics
///
/// As [`redis_url`].
#[track_caller]
pub fn redis_directory() -> Option<&'static Path> {
    redis_server()?.started.as_ref().map(engine::Started::directory)
}

/// The Redis server, if there is one.
#[track_caller]
fn redis_server() -> Option<&'static redis::Redis> {
    done(redis::instance())
}

/// The PostgreSQL server.
#[track_caller]
fn postgres_server() -> &'static postgres::Postgres {
    done(postgres::instance())
}

/// The MariaDB server, if there is one.
#[track_caller]
fn mariadb_server() -> Option<&'static mariadb::Mariadb> {
    done(mariadb::instance())
}

/// The value, or the end of the test; the message names the test's line, not this one.
#[track_caller]
fn done<T>(result: Result<T, String>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}
