//! Connections that no statement runs on any more: they are closed, and not lent again.

use std::time::Duration;

use diesel::prelude::*;
use futures_util::poll;
use tenancy_diesel::{Scoped, insert_into};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::walled::Database;
use crate::Tested;

async fn names(pool: &TenantPool<Tested>, scope: &Scoped<i32>) -> Result<Vec<String>, PoolError> {
    pool.load(scope, agents::table.scoped(scope).select(agents::name).order(agents::id)).await
}

async fn hire(pool: &TenantPool<Tested>, scope: &Scoped<i32>, id: i32) -> Result<usize, PoolError> {
    let row = (agents::id.eq(id), agents::name.eq(format!("n{id}")));
    pool.execute(scope, insert_into(agents::table.scoped(scope)).values(row)).await
}

/// A migration beside a running server: what was prepared before does not fit any more. A read is run again on a new
/// connection; in a transaction one statement fails, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_migration_one_transaction_fails_and_no_more() {
    let database = Database::new().await;
    let pool = database.tenants(1).await;
    let acme = acme();
    let in_transaction = async || -> Result<Vec<String>, PoolError> {
        pool.transaction(&acme, async |tx| {
            let names = agents::table.scoped(&acme).select(agents::name).order(agents::id);
            Ok(names.load(tx).await?)
        })
        .await
    };
    assert_eq!(names(&pool, &acme).await.unwrap().len(), 3);
    assert_eq!(in_transaction().await.unwrap().len(), 3);
    database.run("ALTER TABLE agents ALTER COLUMN name TYPE text").await;
    let failed = in_transaction().await.unwrap_err().to_string();
    assert!(failed.contains("cached plan"), "{failed}");
    assert_eq!(in_transaction().await.unwrap().len(), 3);
    database.run("ALTER TABLE agents ALTER COLUMN name TYPE varchar(70)").await;
    for _ in 0..3 {
        assert_eq!(names(&pool, &acme).await.unwrap().len(), 3);
    }
}

/// What is looked up by a number that is gone, as when a type was dropped and made anew.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_lookup_that_failed_the_connection_is_closed() {
    let trigger = "
        CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'cache lookup failed for type 4711' USING ERRCODE = 'XX000';
        END $$;
        CREATE TRIGGER loses BEFORE INSERT ON agents FOR EACH ROW WHEN (NEW.name = 'n66') EXECUTE FUNCTION lost()";
    let database = Database::with(trigger, |tables| tables).await;
    let pool = database.tenants(1).await;
    let acme = acme();
    let pids = async || {
        database.lines("SELECT pid::text AS line FROM pg_stat_activity WHERE datname = current_database() AND usename = 'tenancy_application'").await
    };
    assert_eq!(hire(&pool, &acme, 60).await.unwrap(), 1);
    let before = pids().await;
    let failed = hire(&pool, &acme, 66).await.unwrap_err().to_string();
    assert!(failed.contains("cache lookup failed"), "{failed}");
    assert_eq!(hire(&pool, &acme, 61).await.unwrap(), 1);
    database.settled().await;
    assert_ne!(pids().await, before);
}

/// The server takes no writes: it has become a standby, or, here, every session begins as read only. New connections get to
/// where writes are taken.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_write_that_was_refused_the_connection_is_closed() {
    let database = Database::new().await;
    let name = database.lines("SELECT current_database()::text AS line").await.remove(0);
    database.run(&format!("ALTER DATABASE \"{name}\" SET default_transaction_read_only = on")).await;
    let pool = database.tenants(1).await;
    let acme = acme();
    let reset = format!("ALTER DATABASE \"{name}\" RESET default_transaction_read_only");
    database.run(&format!("BEGIN READ WRITE; {reset}; COMMIT")).await;
    let failed = hire(&pool, &acme, 60).await.unwrap_err().to_string();
    assert!(failed.contains("read-only"), "{failed}");
    assert_eq!(hire(&pool, &acme, 60).await.unwrap(), 1);
}

/// A future that is forgotten in the middle leaves an answer that nobody takes, and all others would wait behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_statement_keeps_nobody_waiting() {
    for database in [Database::new().await, Database::sealed().await] {
        let pool = database.tenants(1).await;
        let acme = acme();
        let mut forgotten = 0;
        // On a busy machine the server may answer before the future is first looked at.
        for id in 60..90 {
            if forgotten == 3 {
                break;
            }
            let mut tx = pool.begin(&acme).await.unwrap();
            let _: Vec<String> =
                agents::table.scoped(&acme).select(agents::name).load(&mut tx).await.unwrap();
            let row = (agents::id.eq(id), agents::name.eq("forgotten"));
            let mut statement = insert_into(agents::table.scoped(&acme)).values(row).execute(&mut tx);
            if poll!(&mut statement).is_ready() {
                continue;
            }
            std::mem::forget(statement);
            forgotten += 1;
            drop(tx);
            let names = tokio::time::timeout(Duration::from_secs(3), names(&pool, &acme)).await;
            assert_eq!(names.expect("in time").unwrap(), ["ada", "bob", "cyd"]);
        }
        assert_eq!(forgotten, 3);
    }
}
