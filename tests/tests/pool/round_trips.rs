//! How often each way of running a statement waits for the server, once its statements are prepared.

use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete, insert_into, update};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool, TenantPoolBuilder};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::counting_proxy::{CountingProxy, DELAY};
use super::walled::Database;
use crate::{TRAVELS_AS_ONE, Tested};

struct Counted {
    tenants: TenantPool<Tested>,
    proxy: CountingProxy,
    _database: Database,
}

/// `TenantPool` with one connection, through the proxy.
async fn counted() -> Counted {
    counted_on(Database::new().await).await
}

async fn counted_on(database: Database) -> Counted {
    counted_with(database, |pool| pool).await
}

async fn counted_with(
    database: Database,
    options: impl FnOnce(TenantPoolBuilder<Tested>) -> TenantPoolBuilder<Tested>,
) -> Counted {
    let url = database.application();
    let proxy = CountingProxy::before(&url).await;
    let tenants = options(database.builder_at(proxy.address(&url)).max_connections(1)).build().await.unwrap();
    Counted { tenants, proxy, _database: database }
}

impl Counted {
    /// The round trips of `work`, which is done several times: its statements are prepared by the first.
    async fn of(&self, work: impl AsyncFn(i32)) -> usize {
        work(0).await;
        let mut counts = Vec::new();
        for round in 1..6 {
            // The answer to an end that nobody waits for.
            tokio::time::sleep(4 * DELAY).await;
            self.proxy.take();
            work(round).await;
            counts.push(self.proxy.take());
        }
        // On a busy machine two statements that were sent together can pass with more than a delay between them: the median.
        counts.sort_unstable();
        counts[counts.len() / 2]
    }
}

async fn names(tenants: &TenantPool<Tested>, scope: &Scoped<i32>) -> Vec<String> {
    tenants.load(scope, agents::table.scoped(scope).select(agents::name).order(agents::id)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_takes_one() {
    let counted = counted().await;
    let (tenants, acme) = (&counted.tenants, &acme());
    assert_eq!(counted.of(async |_| assert_eq!(names(tenants, acme).await, ["ada", "bob", "cyd"])).await, 1);
    let first = async |_| {
        let first: String = tenants
            .first(acme, agents::table.scoped(acme).select(agents::name).order(agents::id))
            .await
            .unwrap();
        assert_eq!(first, "ada");
    };
    assert_eq!(counted.of(first).await, 1);
    let count = async |_| {
        let count: i64 = tenants.get_result(acme, agents::table.scoped(acme).count()).await.unwrap();
        assert_eq!(count, 3);
    };
    assert_eq!(counted.of(count).await, 1);
}

/// A label is in the message that tells the tenant: a read of another tenant, a write, and a transaction take as many with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_label_takes_none() {
    let counted = counted_with(Database::new().await, TenantPoolBuilder::label_sessions).await;
    let plain = self::counted().await;
    let (acme, globex) = (&acme(), &globex());
    for (what, work) in [("reads", 0), ("writes", 1), ("transactions", 2)] {
        let count = async |counted: &Counted| {
            let turns = async |round: i32| {
                let scope = if round % 2 == 0 { acme } else { globex };
                match work {
                    0 => drop(names(&counted.tenants, scope).await),
                    1 => {
                        let moved = update(agents::table.scoped(scope)).find(1).set(agents::name.eq("ada"));
                        counted.tenants.execute(scope, moved).await.unwrap();
                    }
                    _ => {
                        let mut tx = counted.tenants.begin(scope).await.unwrap();
                        agents::table.scoped(scope).count().get_result::<i64>(&mut tx).await.unwrap();
                        tx.commit().await.unwrap();
                    }
                }
            };
            counted.of(turns).await
        };
        assert_eq!(count(&counted).await, count(&plain).await, "{what}");
    }
}

/// A seal is bound, so that its statement is prepared: the first time ahead of the others, and then it is queued with them.
#[tokio::test(flavor = "multi_thread")]
async fn sealed_they_take_as_many() {
    let counted = counted_on(Database::sealed().await).await;
    let (tenants, acme) = (&counted.tenants, &acme());
    let read = async |_| assert_eq!(names(tenants, acme).await, ["ada", "bob", "cyd"]);
    assert_eq!(counted.of(read).await, 1);
    let fire = async |_| {
        let fired = delete(agents::table.scoped(acme)).find(77);
        assert_eq!(tenants.execute(acme, fired).await.unwrap(), 0);
    };
    assert_eq!(counted.of(fire).await, 1);
}

/// What the session is told for the second travels with it.
#[tokio::test(flavor = "multi_thread")]
async fn reads_of_two_tenants_on_one_connection_take_one_each() {
    let counted = counted().await;
    let (tenants, acme, globex) = (&counted.tenants, &acme(), &globex());
    let both = async |_| {
        assert_eq!(names(tenants, acme).await, ["ada", "bob", "cyd"]);
        assert_eq!(names(tenants, globex).await, ["ada", "zoe", "dan"]);
    };
    assert_eq!(counted.of(both).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_takes_one() {
    let counted = counted().await;
    let (tenants, acme) = (&counted.tenants, &acme());
    let fire = async |_| {
        let fired = delete(agents::table.scoped(acme)).find(77);
        assert_eq!(tenants.execute(acme, fired).await.unwrap(), 0);
    };
    assert_eq!(counted.of(fire).await, 1);
    let hire = async |round| {
        let row = (agents::id.eq(10 + round), agents::name.eq(format!("n{round}")));
        assert_eq!(
            tenants.execute(acme, insert_into(agents::table.scoped(acme)).values(row)).await.unwrap(),
            1
        );
    };
    assert_eq!(counted.of(hire).await, 1);
}

/// What the session is told for another tenant is confirmed before anything is written; or, as one transaction, nothing is written unless
/// it holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_another_tenant_than_the_last_takes_two_or_one() {
    for database in [Database::new().await, Database::sealed().await] {
        let counted = counted_on(database).await;
        let (tenants, acme, globex) = (&counted.tenants, &acme(), &globex());
        let both = async |_| {
            for scope in [acme, globex] {
                let fired = delete(agents::table.scoped(scope)).find(77);
                assert_eq!(tenants.execute(scope, fired).await.unwrap(), 0);
            }
        };
        assert_eq!(counted.of(both).await, if TRAVELS_AS_ONE { 2 } else { 4 });
    }
}

/// Diesel keeps no UPDATE prepared, because its columns can depend on its values; ours is kept under its text.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_returns_rows_takes_two() {
    let counted = counted().await;
    let (tenants, acme) = (&counted.tenants, &acme());
    let rename = async |round| {
        let renamed = update(agents::table.scoped(acme)).find(1).set(agents::name.eq(format!("a{round}")));
        let name: String = tenants.get_result(acme, renamed.returning(agents::name)).await.unwrap();
        assert_eq!(name, format!("a{round}"));
    };
    assert_eq!(counted.of(rename).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_takes_one_for_each_statement_and_one_for_the_commit() {
    let counted = counted().await;
    let (tenants, acme) = (&counted.tenants, &acme());
    for statements in 1..4 {
        let work = async |_| {
            let counts: Result<(), PoolError> = tenants
                .transaction(acme, async |tx| {
                    for _ in 0..statements {
                        let count: i64 = canvases::table.scoped(acme).count().get_result(tx).await?;
                        assert_eq!(count, 4);
                    }
                    Ok(())
                })
                .await;
            counts.unwrap();
        };
        assert_eq!(counted.of(work).await, statements + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_that_is_kept_costs_nothing() {
    let counted = counted().await;
    let (tenants, acme) = (&counted.tenants, &acme());
    let work = async |_| {
        let nested: Result<i64, PoolError> = tenants
            .transaction(acme, async |tx| {
                tx.transaction(async |tx| {
                    Ok::<_, PoolError>(canvases::table.scoped(acme).count().get_result::<i64>(tx).await?)
                })
                .await?;
                Ok(canvases::table.scoped(acme).count().get_result(tx).await?)
            })
            .await;
        assert_eq!(nested.unwrap(), 4);
    };
    assert_eq!(counted.of(work).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sends_nothing_costs_nothing() {
    let counted = counted().await;
    let (tenants, acme, globex) = (&counted.tenants, &acme(), &globex());
    let work = async |_| {
        tenants.begin(acme).await.unwrap().commit().await.unwrap();
        tenants.begin(acme).await.unwrap().rollback().await.unwrap();
        drop(tenants.begin(acme).await.unwrap());
        let refused: Result<Vec<i32>, _> =
            tenants.load(acme, agents::table.scoped(globex).select(agents::id)).await;
        refused.unwrap_err();
    };
    assert_eq!(counted.of(work).await, 0);
}
