//! The servers of the tests answer, keep tests apart, and end with the process that started them.

use diesel::{Connection as _, PgConnection, dsl::sql, select, sql_types::Integer, sql_types::Text};
use diesel_async::{AsyncConnection as _, AsyncMysqlConnection};
use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tenancy_tests::server;

/// Set for a child of these tests: how it is to end once it owns its servers.
const OWNER: &str = "TENANCY_TESTS_OWNER";

/// What stands before a directory in the child's output.
const MARK: &str = "server-directory=";

#[test]
fn postgres_answers() {
    let mut connection = PgConnection::establish(server::postgres_url()).expect("a connection");
    let one: i32 =
        diesel::RunQueryDsl::get_result(select(sql::<Integer>("1")), &mut connection).expect("an answer");
    assert_eq!(one, 1);
}

#[test]
fn postgres_databases_differ() {
    let urls = [server::fresh_postgres_database("servers"), server::fresh_postgres_database("servers")];
    let names = urls.map(|url| {
        let mut connection = PgConnection::establish(&url).expect("a connection");
        let query = select(sql::<Text>("current_database()::text"));
        diesel::RunQueryDsl::get_result::<String>(query, &mut connection).expect("an answer")
    });
    assert_ne!(names[0], names[1]);
    assert!(names.iter().all(|name| name.starts_with("servers_")), "{names:?}");
}

#[tokio::test]
async fn mariadb_answers() {
    let Some(url) = server::mariadb_url() else { return };
    let mut connection = AsyncMysqlConnection::establish(url).await.expect("a connection");
    let query = select(sql::<diesel::sql_types::BigInt>("1"));
    let one: i64 = diesel_async::RunQueryDsl::get_result(query, &mut connection).await.expect("an answer");
    assert_eq!(one, 1);
}

#[tokio::test]
async fn mariadb_databases_differ() {
    let mut names = Vec::new();
    for _ in 0..2 {
        // From inside a runtime, which must not matter.
        let Some(url) = server::fresh_mariadb_database("servers") else { return };
        let mut connection = AsyncMysqlConnection::establish(&url).await.expect("a connection");
        let query = select(sql::<Text>("DATABASE()"));
        let name: String =
            diesel_async::RunQueryDsl::get_result(query, &mut connection).await.expect("a name");
        assert!(name.starts_with("servers_"), "{name}");
        names.push(name);
    }
    assert_ne!(names[0], names[1]);
}

/// Not a test of its own: the child of the tests below, which owns servers and then ends.
#[test]
fn owner() {
    let Ok(end) = env::var(OWNER) else { return };
    let directories = [server::postgres_directory(), server::mariadb_directory(), server::redis_directory()];
    for directory in directories.into_iter().flatten() {
        println!("\n{MARK}{}", directory.display());
    }
    // The last line: the parent reads up to here.
    println!("\n{MARK}");
    match end.as_str() {
        "return" => {}
        "panic" => panic!("as asked"),
        // Until the parent kills us; if it ended itself, that closed the pipe.
        _ => drop(io::copy(&mut io::stdin(), &mut io::sink())),
    }
}

#[test]
fn servers_end_when_their_owner_is_killed() -> io::Result<()> {
    ends_with_its_owner("wait", Child::kill)
}

#[test]
fn servers_end_when_their_owner_is_interrupted() -> io::Result<()> {
    if ignores_interrupts() {
        // The child would not end, and this test wait for it for ever.
        return writeln!(
            io::stderr(),
            "skipped: SIGINT is ignored here, as in what a shell without job control puts into the background"
        );
    }
    ends_with_its_owner("wait", |owner| {
        assert!(signal("INT", &owner.id().to_string())?, "the child ended too early");
        Ok(())
    })
}

#[test]
fn servers_end_when_their_owner_panics() -> io::Result<()> {
    ends_with_its_owner("panic", |_| Ok(()))
}

#[test]
fn servers_end_when_their_owner_returns() -> io::Result<()> {
    ends_with_its_owner("return", |_| Ok(()))
}

/// Whether SIGINT is ignored, which children inherit. Where the kernel does not say so, it is not.
fn ignores_interrupts() -> bool {
    const SIGINT: u32 = 2;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask >> (SIGINT - 1) & 1 == 1)
}

/// Lets a child start servers, ends it, and waits for the servers' end.
fn ends_with_its_owner(end: &str, finish: impl FnOnce(&mut Child) -> io::Result<()>) -> io::Result<()> {
    if env::var("DATABASE_URL").is_ok_and(|url| !url.is_empty()) {
        // Nothing need be installed here. Not `eprintln!`: the harness would swallow it.
        return writeln!(io::stderr(), "skipped: DATABASE_URL names a server, so none of ours has to end");
    }
    let mut owner = Command::new(env::current_exe()?)
        .args(["--exact", "owner", "--nocapture"])
        .env(OWNER, end)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = owner.stdout.take().ok_or_else(|| io::Error::other("the output is not piped"))?;
    let mut lines = BufReader::new(output).lines();
    let mut servers = Vec::new();
    for line in lines.by_ref() {
        match line?.strip_prefix(MARK) {
            Some("") => break,
            Some(directory) => {
                let directory = PathBuf::from(directory);
                let pid = fs::read_to_string(directory.join("pid"))?;
                servers.push((directory, pid.trim().to_owned()));
            }
            None => {}
        }
    }
    finish(&mut owner)?;
    // To the end of its output: a server that held it open would hold up `cargo test` as well.
    lines.try_for_each(|line| line.map(drop))?;
    owner.wait()?;
    assert!(!servers.is_empty(), "the child started no server");
    servers.iter().try_for_each(|(directory, pid)| wait_for_the_end(directory, pid))
}

/// Fails unless the directory and the process are gone within a minute.
fn wait_for_the_end(directory: &Path, pid: &str) -> io::Result<()> {
    let begin = Instant::now();
    while directory.exists() || signal("0", pid)? {
        assert!(begin.elapsed() < Duration::from_secs(60), "{} with {pid} is left", directory.display());
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Sends a signal, 0 to ask only; whether the process is there. The shell's `kill` is there everywhere.
fn signal(signal: &str, pid: &str) -> io::Result<bool> {
    let mut command = Command::new("sh");
    command.args(["-c", r#"kill -s "$1" "$2""#, "sh", signal, pid]).stderr(Stdio::null());
    command.status().map(|status| status.success())
}
