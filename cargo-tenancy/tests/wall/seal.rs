//! From plain tenants to sealed ones, beside servers that read.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::SystemTime;

use diesel::connection::SimpleConnection as _;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};
use tenancy_rls::{RowSecurity, Sealer, SealingKey, Wall};

use crate::database::{Database, declared};

#[derive(QueryableByName)]
struct Title {
    #[diesel(sql_type = Text)]
    title: String,
}

/// Reads the first tenant's boards until told to stop, each time in a transaction of its own.
fn read_on(database: &Database, sealer: Option<&Sealer>, stop: &AtomicBool, read: &AtomicUsize) {
    let security = database.wall(declared());
    let wall = match sealer {
        Some(sealer) => Wall::sealed(security, sealer.clone()),
        None => Wall::plain(security),
    };
    let mut app = database.as_role("app");
    let pid = sealer.map(|_| backend(&mut app));
    while !stop.load(Ordering::Relaxed) {
        app.batch_execute(&format!("BEGIN; {}", wall.set_local("1", pid, SystemTime::now()))).unwrap();
        let titles: Vec<Title> = sql_query("SELECT title FROM boards").load(&mut app).unwrap();
        assert_eq!(titles.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(), ["ours"]);
        app.batch_execute("COMMIT").unwrap();
        read.fetch_add(1, Ordering::Relaxed);
    }
}

fn backend(app: &mut diesel::PgConnection) -> i32 {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("pg_backend_pid()"))
        .get_result(app)
        .unwrap()
}

/// Does `work` while a server reads, which it does before, meanwhile and after.
fn beside_a_reader(database: &Database, sealer: Option<&Sealer>, work: impl FnOnce()) {
    let (stop, read) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let reader = scope.spawn(|| read_on(database, sealer, &stop, &read));
        let more = || {
            let enough = read.load(Ordering::Relaxed) + 5;
            while read.load(Ordering::Relaxed) < enough && !reader.is_finished() {
                thread::yield_now();
            }
        };
        more();
        work();
        more();
        stop.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
}

#[test]
fn no_reader_is_refused_on_the_way_from_plain_to_sealed() {
    let database = Database::walled("tool_seal", |wall| wall);
    let keyless = database.said(&["wall", "seal"], "owner", 3);
    assert!(
        keyless.contains("no sealing key is installed") && keyless.contains("keys generate"),
        "{keyless}"
    );
    database.done(&["keys", "generate", "--id", "1", "--out", "one.key"], "owner");
    database.done(&["keys", "install", "--key-file", "one.key"], "owner");
    let key: SealingKey = std::fs::read_to_string(database.path("one.key")).unwrap().parse().unwrap();
    let sealer = Sealer::new(key);

    // A manifest that is sealed already leads no migration past the servers that are not.
    database.declare(&database.wall(declared()).sealed());
    let at_once = database.said(&["wall", "migration"], "owner", 3);
    assert!(at_once.contains("tenancy wall seal"), "{at_once}");

    beside_a_reader(&database, None, || {
        let first = database.json(&["wall", "seal", "--migration-version", "2026-02-01-000000"], "owner", 0);
        assert_eq!(first["step"], "accept_both", "{first}");
        database.migrate("2026-02-01-000000");
        // Not before it is said that every server seals.
        let rolling = database.json(&["wall", "seal"], "owner", 0);
        assert_eq!(
            (&rolling["step"], rolling["version"].is_null()),
            (&"roll_the_servers".into(), true),
            "{rolling}"
        );
    });
    beside_a_reader(&database, Some(&sealer), || {
        let second = ["wall", "seal", "--every-server-seals", "--migration-version", "2026-03-01-000000"];
        let second = database.json(&second, "owner", 0);
        assert_eq!(second["step"], "seal", "{second}");
        database.migrate("2026-03-01-000000");
    });
    let inspected = database.json(&["inspect", "--key-file", "one.key"], "app", 0);
    assert_eq!(inspected["seal_tried"], true, "{inspected}");
    database.done(&["wall", "diff"], "owner");
    let sealed = database.json(&["wall", "seal"], "owner", 0);
    assert_eq!(sealed["step"], "sealed", "{sealed}");

    // Back to plain there is no way by a manifest that forgot it.
    database.declare(&database.wall(declared()));
    let plain = database.said(&["wall", "migration"], "owner", 3);
    assert!(
        plain.contains("the database's wall is sealed, and the manifest declares a plain one"),
        "{plain}"
    );
}

#[test]
fn without_a_wall_there_is_nothing_to_seal() {
    let database = Database::new("tool_unwalled");
    let refused = database.said(&["wall", "seal"], "owner", 3);
    assert!(refused.contains("no wall yet") && refused.contains("wall migration"), "{refused}");
    database.declare(&RowSecurity::sealed(database.wall(declared())));
    database.done(&["wall", "migration", "--migration-version", "2026-01-01-000000"], "owner");
    database.migrate("2026-01-01-000000");
    let keyless = database.said(&["keys", "list"], "owner", 1);
    assert!(keyless.contains("every sealed transaction fails"), "{keyless}");
}
