//! Two hundred tenants with addresses of their own do not mean two hundred pools.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use tenancy_diesel::testing;
use tenancy_pool::PoolError;
use tenancy_pool::placement::{DatabaseAddress, DatabasePoolError, DatabasePoolsOptions, Placement};
use tenancy_tests::fleet::schema::agents;
use tenancy_tests::fleet::{Fleet, Kind};

const MOST: usize = 3;
const SIZE: u32 = 2;

fn connections(fleet: &Fleet) -> u32 {
    let sql = format!(
        "SELECT count(*) || '' AS line FROM pg_stat_activity WHERE usename = '{}' AND application_name = 'bounded'",
        fleet.role("app")
    );
    fleet.lines("home", &sql)[0].parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tenants_share_few_pools() {
    let fleet = Fleet::new("pl_many", Kind::Plain);
    let book = fleet.book();
    // Addresses that differ lead to pools that differ; two databases stand for all of them.
    for tenant in 100..300 {
        let url = fleet.url(if tenant % 2 == 0 { "silo" } else { "annex" }, "app");
        let address = DatabaseAddress::new(format!("{url}&connect_timeout={tenant}")).unwrap();
        book.place(tenant, Placement::Database(address));
    }
    for database in ["silo", "annex"] {
        let sql = "INSERT INTO agents SELECT tenant, 1, NULL, 'agent of ' || tenant FROM generate_series(100, 299) AS tenant";
        fleet.run(database, sql);
    }
    let options = DatabasePoolsOptions::new()
        .max_pools(MOST)
        .acquire_timeout(Duration::from_secs(120))
        .idle_timeout(Duration::from_millis(700));
    let pool = fleet
        .builder()
        .catalog(book)
        .max_connections(SIZE)
        .application_name("bounded")
        .databases(options)
        .build()
        .await
        .unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for tenant in (100..300).filter(|tenant| tenant % 8 == task) {
                    let scope = testing::scope(tenant);
                    let names = agents::table.scoped(&scope).select(agents::name);
                    let names: Vec<String> =
                        pool.load(&scope, names).await.unwrap_or_else(|error| panic!("{tenant}: {error}"));
                    assert_eq!(names, [format!("agent of {tenant}")]);
                    let stats = pool.state().databases.unwrap();
                    assert!(stats.open <= MOST, "{stats:?}");
                }
            })
        })
        .collect();
    let watched = tokio::spawn({
        let fleet = std::sync::Arc::new(fleet);
        async move {
            let mut most = 0;
            while !tasks.iter().all(tokio::task::JoinHandle::is_finished) {
                most = most.max(connections(&fleet));
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            for task in tasks {
                task.await.unwrap();
            }
            (fleet, most)
        }
    });
    let (fleet, most) = watched.await.unwrap();
    let stats = pool.state().databases.unwrap();
    assert!(stats.opened >= 200, "each address has had its pool: {stats:?}");
    // A server process goes a moment after its connection: as many again may still be going.
    let bound = (MOST as u32 + 1) * SIZE;
    assert!(most <= 2 * bound, "{most} connections at once");

    // And they go when nobody uses them.
    let begin = Instant::now();
    while pool.state().databases.unwrap().open > 0 || connections(&fleet) > SIZE {
        let (pools, left) = (pool.state().databases, connections(&fleet));
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "{left} connections are open, and only the shared tables need a pool: {pools:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_all_pools_are_in_use_the_next_is_refused_and_the_first_goes_on() {
    let fleet = Fleet::new("pl_full", Kind::Plain);
    let options = DatabasePoolsOptions::new().max_pools(1).acquire_timeout(Duration::from_secs(2));
    let pool = fleet.builder().max_connections(SIZE).databases(options).build().await.unwrap();
    let (silo, annex) = (testing::scope(5), testing::scope(8));
    let mut held = pool.begin(&silo).await.unwrap();
    let refused = pool.begin(&annex).await.map(|_| ());
    assert!(
        matches!(refused, Err(PoolError::DatabasePool(DatabasePoolError::AllInUse { .. }))),
        "{refused:?}"
    );
    let count = agents::table.scoped(&silo).count();
    assert_eq!(tenancy_pool::RunQueryDsl::get_result::<i64>(count, &mut held).await.unwrap(), 3);
    held.commit().await.unwrap();
    pool.begin(&annex).await.unwrap().rollback().await.unwrap();
}
