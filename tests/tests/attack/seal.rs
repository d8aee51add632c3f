//! What another tenant's seal is good for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;

use tenancy_pool::RunQueryDsl;

use crate::database::agents;
use crate::tenants::{scope, sealed};

#[derive(QueryableByName, Debug)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Tenant 1's SQL collects the seals of tenant 2 from `pg_stat_activity` and uses one, later, on the same backend.
#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_seal_on_the_same_backend() {
    let (_database, builder) = sealed("attack_seal");
    let tenants = builder.build().await.unwrap();
    let (one, two) = (scope(1), scope(2));
    let done = Arc::new(AtomicBool::new(false));
    // Tenant 2 is at work, as tenants are.
    let victim = {
        let (tenants, done) = (tenants.clone(), done.clone());
        tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                let _: Vec<i32> =
                    tenants.load(&two, agents::table.scoped(&two).select(agents::id)).await.unwrap();
            }
        })
    };
    let begin = Instant::now();
    let mut stolen = Vec::new();
    let mut seals = 0;
    while stolen.is_empty() && begin.elapsed() < Duration::from_secs(4) {
        // One statement that looks again and again.
        let mut tx = tenants.begin(&one).await.unwrap();
        let own = "left(current_setting('tenancy.tenant'), 0)";
        tx.raw(
            "collecting",
            &format!(
                "DO $$ DECLARE found text; BEGIN
            FOR i IN 1..3000 LOOP
                PERFORM pg_stat_clear_snapshot();
                SELECT substring(query FROM '(v1\\.[0-9a-z.]+)') INTO found FROM pg_stat_activity
                 WHERE pid <> pg_backend_pid() AND query LIKE '%tenancy.tenant = ''v1.%';
                IF found IS NOT NULL THEN
                    INSERT INTO agents (tenant_id, name) VALUES (1, found) ON CONFLICT DO NOTHING;
                END IF;
            END LOOP; PERFORM {own}; END $$"
            ),
        )
        .unwrap()
        .execute()
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let mut open = Vec::new();
        for _ in 0..2 {
            let mut tx = tenants.begin(&one).await.unwrap();
            let all: Vec<Line> = tx
                .raw("count", "SELECT count(*)::text AS line FROM agents WHERE name LIKE 'v1.%'")
                .unwrap()
                .load()
                .await
                .unwrap();
            seals = all[0].line.parse().unwrap();
            let seal: Vec<Line> = tx.raw("is there one for me?",
                "SELECT name AS line FROM agents WHERE name LIKE 'v1.1.' || pg_backend_pid() || '.%' ORDER BY id DESC LIMIT 1").unwrap().load().await.unwrap();
            if let Some(seal) = seal.first() {
                tx.raw("replay", &format!("SET LOCAL tenancy.tenant = '{}'", seal.line))
                    .unwrap()
                    .execute()
                    .await
                    .unwrap();
                let read = tx
                    .raw("read", "SELECT tenant_id || ' ' || name AS line FROM agents WHERE tenant_id = 2")
                    .unwrap()
                    .load::<Line>()
                    .await;
                if let Ok(rows) = read {
                    stolen.extend(rows);
                }
            }
            open.push(tx);
        }
    }
    done.store(true, Ordering::Relaxed);
    victim.await.unwrap();
    assert!(stolen.is_empty(), "after {:?}, of {seals} seals: {stolen:?}", begin.elapsed());
}

/// A savepoint before the first statement does not take the tenant with it.
#[tokio::test(flavor = "multi_thread")]
async fn the_tenant_outlives_the_first_savepoint() {
    use tenancy_pool::PoolError;

    let (_database, builder) = sealed("attack_savepoint");
    let tenants = builder.build().await.unwrap();
    let one = scope(1);
    let mut tx = tenants.begin(&one).await.unwrap();
    let undone: Result<(), PoolError> = tx
        .transaction(async |tx| {
            let _: i64 = agents::table.scoped(&one).count().get_result(tx).await?;
            Err(PoolError::Aborted)
        })
        .await;
    assert!(undone.is_err());
    let count: i64 = agents::table.scoped(&one).count().get_result(&mut tx).await.unwrap();
    assert_eq!(count, 2);
    tx.commit().await.unwrap();
}
