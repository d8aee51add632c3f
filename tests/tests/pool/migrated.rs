//! Reads beside a migration, and beside a server that closes connections: none fails. Writes are never run twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::insert_into;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::agents;
use tokio::task::JoinHandle;

use super::walled::Database;
use crate::Tested;

type Pool = TenantPool<Tested>;

const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'tenancy_application'";

/// What a migration does to a table in use; none of it is felt by what reads the columns that it reads.
const CHANGES: [&str; 8] = [
    "ALTER TABLE agents ADD COLUMN note text",
    "ALTER TABLE agents ALTER COLUMN name TYPE varchar(70)",
    "ALTER TABLE agents ALTER COLUMN name TYPE text",
    "CREATE INDEX ON agents (name)",
    "ALTER TABLE agents DROP COLUMN note",
    "ALTER TABLE agents ALTER COLUMN name TYPE varchar(90)",
    "ALTER TABLE agents SET (fillfactor = 70)",
    "ALTER TABLE agents ALTER COLUMN name TYPE text",
];

/// The reads of each reader between two changes.
const READS_BETWEEN: usize = 50;

/// Reads without a pause until told to stop, and returns how often, and what failed.
async fn read(pool: Pool, stop: Arc<AtomicBool>, read: Arc<AtomicUsize>) -> Vec<String> {
    let scope = &acme();
    let mut failed = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let query = agents::table.scoped(scope).select(agents::name).order(agents::id);
        let names: Result<Vec<String>, PoolError> = pool.load(scope, query).await;
        match names {
            Ok(names) => assert_eq!(names, ["ada", "bob", "cyd"]),
            Err(error) => failed.push(error.to_string()),
        }
        read.fetch_add(1, Ordering::Relaxed);
    }
    failed
}

async fn no_read_fails(database: Database, connections: u32, statements: &[&str]) {
    let pool = database.tenants(connections).await;
    let (stop, counts) = (Arc::new(AtomicBool::new(false)), [(); 6].map(|()| Arc::new(AtomicUsize::new(0))));
    let readers =
        counts.each_ref().map(|count| tokio::spawn(read(pool.clone(), stop.clone(), count.clone())));
    let read_so_far = || counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    // A read is run again once: so none is still waiting for a new connection at the next change, and each connection has the statement
    // prepared again, however busy the machine is.
    let settled = async || {
        let before = read_so_far();
        let few = |(now, before): (&usize, &usize)| *now < before + READS_BETWEEN;
        while read_so_far().iter().zip(&before).any(few) && !readers.iter().any(JoinHandle::is_finished) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    for statement in statements {
        settled().await;
        database.run(statement).await;
    }
    settled().await;
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        let failed = reader.await.unwrap();
        assert!(failed.is_empty(), "{} failed: {:?}", failed.len(), failed.first());
    }
    assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) > 100), "{counts:?} reads");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_read_fails_beside_a_migration() {
    no_read_fails(Database::new().await, 4, &CHANGES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_read_fails_beside_a_migration_of_sealed_tenants() {
    no_read_fails(Database::sealed().await, 4, &CHANGES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_read_fails_when_connections_are_closed() {
    no_read_fails(Database::new().await, 4, &[TERMINATE; 4]).await;
}

/// A trigger counts outside of the transaction how often it was run.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_run_once_though_its_connection_is_lost() {
    let make = "
        CREATE SEQUENCE runs;
        GRANT USAGE ON SEQUENCE runs TO tenancy_application;
        CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM nextval('runs');
            RAISE EXCEPTION 'cached plan must not change result type';
        END $$;
        CREATE TRIGGER loses BEFORE INSERT ON agents FOR EACH ROW WHEN (NEW.name = 'n66') EXECUTE FUNCTION lost()";
    let database = Database::with(make, |tables| tables).await;
    let pool = database.tenants(2).await;
    let scope = &acme();
    let row = (agents::id.eq(66), agents::name.eq("n66"));
    // For its count, and for its rows: as a query it goes the way that a read goes.
    let counted = pool.execute(scope, insert_into(agents::table.scoped(scope)).values(row)).await;
    assert!(counted.unwrap_err().to_string().contains("cached plan"));
    let returned: Result<Vec<String>, PoolError> =
        pool.load(scope, insert_into(agents::table.scoped(scope)).values(row).returning(agents::name)).await;
    assert!(returned.unwrap_err().to_string().contains("cached plan"));
    assert_eq!(database.lines("SELECT last_value::text AS line FROM runs").await, ["2"]);
}

diesel::define_sql_function! {
    /// Fails as on a spoiled connection.
    fn lost_read(name: Text) -> Text;
}

/// What a read calls may have effects; then it is not run again, whatever has failed it.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_calls_what_nobody_knows_is_run_once() {
    let make = "
        CREATE FUNCTION lost_read(name text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'cache lookup failed for type %', pg_backend_pid();
        END $$";
    let database = Database::with(make, |tables| tables).await;
    let known =
        database.builder().harmless_functions(["lost_read"]).max_connections(1).build().await.unwrap();
    let unknown = database.tenants(1).await;
    let scope = &globex();
    for (pool, again) in [(known, true), (unknown, false)] {
        let pids = async || {
            database.settled().await;
            database.lines("SELECT pid::text AS line FROM pg_stat_activity WHERE datname = current_database() AND usename = 'tenancy_application'").await
        };
        let before = pids().await;
        let failed: Result<String, PoolError> = pool.get_result(scope, diesel::select(lost_read("x"))).await;
        let failed = failed.unwrap_err().to_string();
        // The pid in the message is that of the connection that failed last.
        assert_eq!(before.iter().any(|pid| failed.contains(pid.as_str())), !again, "{failed} {before:?}");
    }
}
