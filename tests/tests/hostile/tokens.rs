//! The attacker who has got hold of another tenant's token.

use std::time::{Duration, SystemTime};

use diesel::prelude::*;
use tenancy_diesel::testing;
use tenancy_tests::fleet::schema::agents;
use tenancy_tests::fleet::{Fleet, Kind, sealer};

use crate::arena::{ATTACKER, Arena, Line, Pool, VICTIMS};

/// The tenant's token and the backend that it is bound to, as one of its own transactions reads them.
async fn token(pool: &Pool, tenant: i32) -> (String, i32) {
    let mut tx = pool.begin(&testing::scope(tenant)).await.unwrap();
    let sql = "SELECT current_setting('tenancy.tenant') || ' ' || pg_backend_pid() AS line";
    let line: Line = tx.raw("to read the token", sql).unwrap().get_result().await.unwrap();
    tx.commit().await.unwrap();
    let (token, pid) = line.line.split_once(' ').unwrap();
    (token.to_owned(), pid.parse().unwrap())
}

/// The ways to say a token, and a look after each.
async fn replayed(arena: &mut Arena, token: &str, how: &str) {
    for way in [
        format!("SET LOCAL tenancy.tenant = '{token}'"),
        format!("SET tenancy.tenant = '{token}'"),
        format!("SELECT set_config('tenancy.tenant', '{token}', false) AS line"),
        format!("SELECT tenancy.set_tenant('{token}')::text AS line"),
        format!(
            "DO $$ BEGIN PERFORM set_config('tenancy.tenant', '{token}', true); UPDATE agents SET name = 'owned'; END $$"
        ),
    ] {
        let mut statements = vec![way];
        statements
            .extend(["agents", "canvases"].map(|table| format!("SELECT t::text AS line FROM {table} AS t")));
        statements.push("DELETE FROM canvases".to_owned());
        let answers = arena.attack(&statements, true).await;
        arena.unharmed(&answers, how).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_good_for_nothing_on_another_backend() {
    let mut arena = Arena::new("ho_token", Kind::Sealed).await;
    let (captured, pid) = token(&arena.pool, VICTIMS[0]).await;
    let (own, own_pid) = token(&arena.pool, ATTACKER).await;
    assert_ne!(pid, own_pid, "a connection on which raw SQL ran is closed: the next tenant gets another");
    assert_ne!(captured, own);
    replayed(&mut arena, &captured, "the victim's token, on another backend").await;
    replayed(&mut arena, &own, "the attacker's own token, of another backend").await;
    // As the victim would get it for this very backend, were it not for the time.
    let mut tx = arena.pool.begin(&testing::scope(ATTACKER)).await.unwrap();
    let pid: Line =
        tx.raw("to read it", "SELECT pg_backend_pid()::text AS line").unwrap().get_result().await.unwrap();
    for at in [SystemTime::now() - Duration::from_secs(3600), SystemTime::now() + Duration::from_secs(3600)] {
        let late = sealer().seal("2", Some(pid.line.parse().unwrap()), at);
        let looked: Result<Vec<Line>, tenancy_pool::PoolError> = tx
            .transaction(async |tx| {
                tx.raw("replay", &format!("SET LOCAL tenancy.tenant = '{late}'"))?.execute().await?;
                Ok(tx.raw("replay", "SELECT name AS line FROM agents")?.load().await?)
            })
            .await;
        assert!(looked.unwrap_err().to_string().contains("not of this transaction's time"));
    }
    tx.rollback().await.unwrap();
}

/// Sessions of one role see what the others are running, a token among it. It is bound to its backend, and that backend is one of
/// the same pool's: whoever reads it there and gets that connection next must not be able to use it.
///
/// What the inspection tried at boot is left out: an idle backend shows it until its next statement, and it seals tenants that nobody is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_seen_in_the_activity_of_a_backend_is_not_good_on_it_for_the_next() {
    let fleet = Fleet::at_home("ho_spy", Kind::Sealed);
    let pool = fleet.builder().max_connections(2).min_idle(2).build().await.unwrap();
    let victim = tokio::spawn({
        let pool = pool.clone();
        async move {
            let scope = testing::scope(VICTIMS[0]);
            loop {
                let count = agents::table.scoped(&scope).count();
                assert_eq!(pool.get_result::<_, _, _, _, i64>(&scope, count).await.unwrap(), 3);
            }
        }
    });
    let mut spy = pool.begin(&testing::scope(ATTACKER)).await.unwrap();
    let sql = "DO $$ DECLARE seen text; BEGIN
        FOR look IN 1..20000 LOOP
            PERFORM pg_stat_clear_snapshot();
            SELECT pid || ' ' || query INTO seen FROM pg_stat_activity
             WHERE query LIKE '%v1.1.%' AND pid <> pg_backend_pid() AND usename = current_user
               AND query NOT LIKE '%tenancy: the inspection tried%';
            IF seen IS NOT NULL THEN RAISE EXCEPTION '%', seen; END IF;
        END LOOP;
    END $$";
    let seen = spy.raw("to spy", sql).unwrap().execute().await;
    victim.abort();
    let _aborted = victim.await;
    let Err(seen) = seen else { return };
    // It was seen: shows whether it also serves.
    let seen = seen.to_string();
    let start = seen.find("v1.1.").unwrap_or_else(|| panic!("{seen}"));
    let stolen: String =
        seen[start..].chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '.').collect();
    // The other connection of the pool is the victim's, while the spy holds its own.
    let mut heir = pool.begin(&testing::scope(ATTACKER)).await.unwrap();
    heir.raw("replay", &format!("SET LOCAL tenancy.tenant = '{stolen}'")).unwrap().execute().await.unwrap();
    let names: Result<Vec<Line>, _> =
        heir.raw("replay", "SELECT name AS line FROM agents").unwrap().load().await;
    panic!("a token was seen in the activity ({seen}), and with it: {names:?}");
}
