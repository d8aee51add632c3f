//! Prepared transactions, which have written and belong to no session.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_operate::relocation::{Options, RelocationError};
use tenancy_tests::server::postgres_program;

use crate::stopping::{WRITE, session};
use crate::worker::{Ended, kill_when_reached, options, relocation};
use crate::world::{World, place};

/// Makes a server in a directory, and ends it when the pipe to its standard input is closed, however this process ends.
const SUPERVISE: &str = r#"
set -e
mkdir -m 700 "$DIRECTORY"
"$BIN/initdb" -D "$DIRECTORY/data" -U postgres --auth=trust --no-sync -E UTF8 --locale=C >/dev/null
"$BIN/postgres" -D "$DIRECTORY/data" -c listen_addresses=127.0.0.1 -c port="$PORT" -c unix_socket_directories="$DIRECTORY" \
    -c max_prepared_transactions=10 -c fsync=off -c autovacuum=off >"$DIRECTORY/log" 2>&1 </dev/null &
read -r _ || true
kill -QUIT $! || true
wait || true
rm -rf "$DIRECTORY"
"#;

/// A server that lets transactions be prepared, which none does unless it is told to.
struct Server {
    supervisor: Child,
    url: String,
}

impl Server {
    /// `None` where its programs are not installed.
    fn start() -> Option<Self> {
        let initdb: PathBuf = std::panic::catch_unwind(|| postgres_program("initdb")).ok()?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let directory = std::env::temp_dir().join(format!("tenancy_prepared_{}_{port}", std::process::id()));
        let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
        // PostgreSQL does not run as root.
        let mut shell = if root {
            let mut shell = Command::new("runuser");
            shell.args(["-u", "postgres", "--", "sh"]);
            shell
        } else {
            Command::new("sh")
        };
        let supervisor = shell
            .args(["-c", SUPERVISE])
            .env("DIRECTORY", &directory)
            .env("BIN", initdb.parent().unwrap())
            .env("PORT", port.to_string())
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let server = Self { supervisor, url: format!("postgres://postgres@127.0.0.1:{port}/postgres") };
        for _ in 0..600 {
            if PgConnection::establish(&server.url).is_ok() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the server does not answer");
    }

    fn database(&self, name: &str) -> String {
        PgConnection::establish(&self.url)
            .unwrap()
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        self.url.rsplit_once('/').map(|(server, _)| format!("{server}/{name}")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ended = self.supervisor.wait();
    }
}

/// Hardly any patience.
fn hasty() -> Options {
    Options::new().lock_wait(Duration::from_millis(50)).attempts(2)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prepared_transaction_is_named_and_never_switched_past() {
    let Some(server) = Server::start() else {
        println!("skipped: `initdb` and `postgres` are not installed here");
        return;
    };
    let world = World::at(10, server.database("home"), server.database("silo"));
    world.schema(&world.home, "acme");
    let to = place("schema acme");
    let served = || {
        let query =
            "SELECT concat_ws(' ', status, kind) AS line FROM tenancy.tenant_placements WHERE tenant = '1'";
        world.lines(&world.home, query)
    };

    // From before the move: no trigger has seen what it wrote.
    session(&world, "BEGIN").batch_execute(&format!("{WRITE}; PREPARE TRANSACTION 'early'")).unwrap();
    let error = relocation(&world, hasty()).run(&to).await.unwrap_err();
    assert!(matches!(&error, RelocationError::Busy { .. }), "{error}");
    let said = error.to_string();
    assert!(
        said.contains("the prepared transaction 'early' of ") && said.contains(&world.role("app")),
        "{said}"
    );
    assert!(error.fix().contains("COMMIT PREPARED"), "{}", error.fix());
    assert_eq!(served(), ["active shared"]);
    world.run(&world.home, "COMMIT PREPARED 'early'");

    // And from within it.
    assert_eq!(kill_when_reached(world.worker("schema acme", Some("whole"))), Ended::Killed);
    let late = WRITE.replace("77", "78");
    session(&world, "BEGIN").batch_execute(&format!("{late}; PREPARE TRANSACTION 'late'")).unwrap();
    let error = relocation(&world, hasty()).run(&to).await.unwrap_err();
    assert!(matches!(&error, RelocationError::Busy { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("the prepared transaction 'late' of ") && !said.contains("early"), "{said}");
    assert_eq!(served(), ["active shared"]);
    world.run(&world.home, "COMMIT PREPARED 'late'");

    relocation(&world, options()).run(&to).await.unwrap();
    assert_eq!(
        world.lines(&world.home, "SELECT version::text AS line FROM acme.boards WHERE slug = 's1'"),
        ["78"]
    );
    // It can be taken away only when nobody holds it.
    session(&world, "BEGIN")
        .batch_execute("SELECT count(*) FROM public.boards; PREPARE TRANSACTION 'reads'")
        .unwrap();
    let error = relocation(&world, hasty()).finish(Duration::ZERO).await.unwrap_err();
    assert!(error.to_string().contains("the prepared transaction 'reads'"), "{error}");
    world.run(&world.home, "ROLLBACK PREPARED 'reads'");
    relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
}
