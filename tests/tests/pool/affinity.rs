//! Which of a pool's idle connections a tenant is given, and that what is idle still comes to its end.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel_async::SimpleAsyncConnection;
use futures_util::future::{join_all, try_join_all};
use futures_util::poll;
use tenancy_diesel::{Scoped, testing, update};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool, TenantPoolBuilder, TenantTransaction};
use tenancy_tests::schema::agents;
use tokio::time::{sleep, timeout};

use super::spoiling_proxy::SpoilingProxy;
use super::told::TOLD;
use super::walled::{APPLICATION, Database};
use crate::Tested;

type Pool = TenantPool<Tested>;

/// For what is to happen at last.
const PATIENCE: Duration = Duration::from_secs(20);

diesel::define_sql_function! {
    #[sql_name = "pg_catalog.pg_backend_pid"]
    fn pg_backend_pid() -> Integer;
}

/// The tenants, which have a row each.
const TENANTS: i32 = 8;

async fn database(database: Database) -> Database {
    let rows =
        "INSERT INTO agents (tenant_id, id, name) SELECT tenant, 1, 'ada' FROM generate_series(3, 8) tenant";
    database.run(rows).await;
    database
}

fn builder(database: &Database, address: String, connections: u32) -> TenantPoolBuilder<Tested> {
    let builder = database.builder_at(address).max_connections(connections).acquire_timeout(PATIENCE);
    builder.harmless_functions(["pg_catalog.pg_backend_pid"])
}

fn of(database: &Database, connections: u32) -> TenantPoolBuilder<Tested> {
    builder(database, database.application(), connections)
}

/// The backend that a read of the tenant's is given.
async fn read(pool: &Pool, tenant: i32) -> Result<i32, PoolError> {
    let scope: Scoped<i32> = testing::scope(tenant);
    pool.first(&scope, agents::table.scoped(&scope).filter(agents::id.eq(1)).select(pg_backend_pid())).await
}

async fn backend(pool: &Pool, tenant: i32) -> i32 {
    read(pool, tenant).await.unwrap()
}

async fn begun(pool: &Pool, tenant: i32) -> TenantTransaction<Tested, i32> {
    let scope = testing::scope(tenant);
    let mut tx = pool.begin(&scope).await.unwrap();
    let _: i64 = agents::table.scoped(&scope).count().get_result(&mut tx).await.unwrap();
    tx
}

/// Opens so many connections, whose sessions remember nobody.
async fn filled(pool: &Pool, connections: usize) {
    for tx in join_all((0..connections).map(|_| begun(pool, 1))).await {
        tx.commit().await.unwrap();
    }
    assert_eq!(pool.state().connections as usize, connections);
}

/// The backends that the server has for the application.
async fn open(database: &Database) -> usize {
    let count = format!(
        "SELECT count(*)::text AS line FROM pg_stat_activity WHERE usename = '{APPLICATION}' AND datname = current_database()"
    );
    database.lines(&count).await[0].parse().unwrap()
}

/// Waits until it is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !is_so().await {
        assert!(begin.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_given_its_own_connection_and_is_not_told_again() {
    for new in [Database::new().await, Database::sealed().await] {
        let database = database(new).await;
        let url = database.application();
        let proxy = SpoilingProxy::before(&url, TOLD).await;
        let pool = builder(&database, proxy.address(&url), 4).build().await.unwrap();
        filled(&pool, 4).await;
        let mut own = Vec::new();
        for tenant in 1..=3 {
            own.push(backend(&pool, tenant).await);
        }
        assert!(
            own[0] != own[1] && own[1] != own[2] && own[2] != own[0],
            "nobody's are taken first: {own:?}"
        );
        proxy.take();
        for tenant in [1, 2, 3, 3, 1, 2, 2, 1, 3, 1] {
            assert_eq!(backend(&pool, tenant).await, own[tenant as usize - 1], "of {tenant}, of {own:?}");
        }
        assert_eq!(proxy.take(), 0, "told before");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_takes_the_connection_that_was_unused_for_longest() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 3).build().await.unwrap();
    filled(&pool, 3).await;
    let mut own = [backend(&pool, 1).await, backend(&pool, 2).await, backend(&pool, 3).await];
    // Now it is the second's that nobody has used for longest.
    assert_eq!(backend(&pool, 1).await, own[0]);
    assert_eq!(backend(&pool, 4).await, own[1]);
    own[1] = backend(&pool, 2).await;
    assert_eq!(own[1], own[2], "the third's, after it");
    assert_eq!(backend(&pool, 1).await, own[0]);
}

/// While its own is in use a tenant does not wait for it, and has both afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_its_own_connection_while_another_is_idle() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 2).build().await.unwrap();
    filled(&pool, 2).await;
    let own = backend(&pool, 1).await;
    let tx = begun(&pool, 1).await;
    let other = timeout(PATIENCE, backend(&pool, 1)).await.expect("in time");
    assert_ne!(own, other);
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn more_tenants_than_connections_are_all_served() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 3).build().await.unwrap();
    let tasks = (0..4 * TENANTS).map(|number| {
        let pool = pool.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                backend(&pool, 1 + number % TENANTS).await;
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    for _ in 0..10 {
        let open = open(&database).await;
        assert!(open <= 3, "{open}");
    }
    timeout(PATIENCE, try_join_all(tasks)).await.expect("in time").unwrap();
    until("all are idle", async || pool.state().idle_connections == pool.state().connections).await;
    assert_eq!(pool.state().connections as usize, open(&database).await);
}

/// However often a greedy tenant asks: bb8 by itself gives what comes back to whoever asks before who waits for it is woken.
#[tokio::test]
async fn who_comes_later_is_served_later() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 1).build().await.unwrap();
    for _ in 0..5 {
        let tx = begun(&pool, 1).await;
        let mut waiting = Box::pin(read(&pool, 2));
        assert!(poll!(&mut waiting).is_pending());
        tx.commit().await.unwrap();
        let mut greedy: Vec<_> = (0..4).map(|_| Box::pin(read(&pool, 1))).collect();
        for later in &mut greedy {
            assert!(poll!(later).is_pending());
        }
        // The others are not polled: they would have the connection for as long as this lasts.
        timeout(PATIENCE / 4, waiting).await.expect("it was first").unwrap();
        try_join_all(greedy).await.unwrap();
    }
}

/// It would be an error: what was begun is not begun anew on another connection, as a single read is.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_died_while_it_was_idle_is_not_lent() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 2).build().await.unwrap();
    for _ in 0..5 {
        filled(&pool, 2).await;
        let own = backend(&pool, 2).await;
        let ended = database.lines(&format!("SELECT pg_terminate_backend({own}, 30000)::text AS line")).await;
        assert_eq!(ended, ["true"]);
        sleep(Duration::from_millis(50)).await;
        begun(&pool, 2).await.commit().await.unwrap();
        assert_ne!(backend(&pool, 2).await, own);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_uses_is_closed_in_its_time() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 3).idle_timeout(Some(Duration::from_millis(400))).build().await.unwrap();
    filled(&pool, 3).await;
    // One tenant has its own connection again and again, and the others are unused.
    let own = backend(&pool, 1).await;
    until("the unused ones are closed", async || {
        assert_eq!(backend(&pool, 1).await, own, "which is used all the time");
        pool.state().connections == 1 && open(&database).await == 1
    })
    .await;
    until("the last one is closed", async || pool.state().connections == 0 && open(&database).await == 0)
        .await;
    backend(&pool, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_lived_for_its_time_is_closed() {
    let database = database(Database::new().await).await;
    let lifetime = Some(Duration::from_secs(2));
    let pool = of(&database, 2).idle_timeout(None).max_lifetime(lifetime).build().await.unwrap();
    filled(&pool, 2).await;
    let own = backend(&pool, 1).await;
    until("a used one is replaced", async || backend(&pool, 1).await != own).await;
    until("unused ones are closed", async || pool.state().connections == 0 && open(&database).await == 0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_dropped_closes_what_is_idle() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 3).build().await.unwrap();
    filled(&pool, 3).await;
    assert_eq!(open(&database).await, 3);
    drop(pool);
    until("all are closed", async || open(&database).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_idle_is_counted_as_idle() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 3).build().await.unwrap();
    let counts = || (pool.state().connections, pool.state().idle_connections);
    assert_eq!(counts(), (1, 1));
    filled(&pool, 3).await;
    backend(&pool, 1).await;
    assert_eq!(counts(), (3, 3));
    let (one, other) = (begun(&pool, 1).await, begun(&pool, 2).await);
    assert_eq!(counts(), (3, 1));
    one.commit().await.unwrap();
    other.commit().await.unwrap();
    assert_eq!((counts(), open(&database).await), ((3, 3), 3));
}

/// Whoever was next, and is gone when it could have one.
#[tokio::test]
async fn who_waits_no_longer_takes_nothing() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 1).build().await.unwrap();
    for _ in 0..20 {
        let tx = begun(&pool, 1).await;
        let mut waiting = Box::pin(read(&pool, 2));
        let mut behind = Box::pin(read(&pool, 3));
        assert!(poll!(&mut waiting).is_pending() && poll!(&mut behind).is_pending());
        tx.commit().await.unwrap();
        drop(waiting);
        timeout(PATIENCE, behind).await.expect("in time").unwrap();
        assert_eq!(pool.state().idle_connections, 1);
    }
}

/// A statement that was dropped holds its connection until the server has rolled it back, and then nobody is remembered.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_dropped_in_the_middle_is_idle_when_it_is_clean() {
    let database = database(Database::new().await).await;
    let url = database.application();
    let proxy = SpoilingProxy::before(&url, TOLD).await;
    let pool = builder(&database, proxy.address(&url), 2).build().await.unwrap();
    filled(&pool, 2).await;
    let own = backend(&pool, 1).await;
    let mut lock = database.superuser().await;
    lock.batch_execute("BEGIN; SELECT FROM agents WHERE tenant_id = 1 FOR UPDATE").await.unwrap();
    let scope: Scoped<i32> = testing::scope(1);
    let named = update(agents::table.scoped(&scope)).find(1).set(agents::name.eq("late"));
    timeout(Duration::from_millis(200), pool.execute(&scope, named))
        .await
        .expect_err("it waits for the lock");
    assert_eq!(pool.state().idle_connections, 1);
    assert_ne!(backend(&pool, 1).await, own);
    lock.batch_execute("COMMIT").await.unwrap();
    until("it is clean", async || pool.state().idle_connections == 2).await;
    // The other one is the tenant's now. With it in use there is the one that was dropped.
    let tx = begun(&pool, 1).await;
    proxy.take();
    assert_eq!((backend(&pool, 1).await, proxy.take()), (own, 1));
    tx.commit().await.unwrap();
}

/// A transaction that is dropped where no runtime is: there nobody can be waited for, and the pool goes on as before.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_outside_of_a_runtime_is_replaced() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 2).min_idle(2).build().await.unwrap();
    for _ in 0..4 {
        let tx = begun(&pool, 1).await;
        std::thread::spawn(move || drop(tx)).join().expect("no panic");
    }
    until("both are there", async || pool.state().idle_connections == 2).await;
    backend(&pool, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_kept_idle_than_there_may_be() {
    let database = database(Database::new().await).await;
    let pool = of(&database, 2).min_idle(5).build().await.unwrap();
    until("both are there", async || pool.state().idle_connections == 2).await;
    backend(&pool, 1).await;
    assert_eq!(pool.state().connections, 2);
}
