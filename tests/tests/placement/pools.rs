//! The set of pools, with pools that only count themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tenancy_pool::placement::{
    DatabaseAddress, DatabasePoolError, DatabasePoolGuard, DatabasePools, DatabasePoolsOptions,
};
use tokio::time::sleep;

use crate::database::{address, eventually};

/// Counts the pools that are there, and the most there ever were.
#[derive(Default)]
struct Counter {
    alive: AtomicUsize,
    most: AtomicUsize,
    opened: AtomicUsize,
}

/// A pool. Its clones are one.
#[derive(Clone)]
struct Counted(Arc<Alive>);

struct Alive {
    address: DatabaseAddress,
    counter: Arc<Counter>,
}

impl Counted {
    fn open(address: DatabaseAddress, counter: Arc<Counter>) -> Self {
        let alive = counter.alive.fetch_add(1, Ordering::SeqCst) + 1;
        counter.most.fetch_max(alive, Ordering::SeqCst);
        counter.opened.fetch_add(1, Ordering::SeqCst);
        Self(Arc::new(Alive { address, counter }))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.counter.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

fn counting(options: DatabasePoolsOptions) -> (DatabasePools<Counted>, Arc<Counter>) {
    let counter = Arc::new(Counter::default());
    let pools = DatabasePools::new(options, {
        let counter = counter.clone();
        move |address| {
            let counter = counter.clone();
            async move {
                sleep(Duration::from_millis(2)).await;
                Ok::<_, std::io::Error>(Counted::open(address, counter))
            }
        }
    });
    (pools, counter)
}

fn database(number: usize) -> DatabaseAddress {
    address(&format!("postgres://app:s3cret@db/{number}"))
}

async fn lease(pools: &DatabasePools<Counted>, number: usize) -> DatabasePoolGuard<Counted> {
    let lease = pools.get(&database(number)).await.expect("a pool");
    assert_eq!(lease.0.address, database(number));
    lease
}

#[tokio::test]
async fn many_who_ask_at_once_open_one_pool() {
    let (pools, counter) = counting(DatabasePoolsOptions::new());
    assert_eq!(counter.opened.load(Ordering::SeqCst), 0, "none is opened before it is asked for");
    let leases = join_all((0..100).map(|_| lease(&pools, 1))).await;
    assert_eq!(counter.opened.load(Ordering::SeqCst), 1);
    let stats = pools.state();
    assert_eq!((stats.open, stats.in_use, stats.opened, stats.closed), (1, 1, 1, 0));
    drop(leases);
    assert_eq!((pools.state().open, pools.state().in_use), (1, 0));
}

#[tokio::test]
async fn the_one_unused_for_longest_makes_room_and_none_in_use_does() {
    let (pools, counter) =
        counting(DatabasePoolsOptions::new().max_pools(2).acquire_timeout(Duration::from_millis(50)));
    let first = lease(&pools, 1).await;
    drop(lease(&pools, 2).await);
    drop(lease(&pools, 3).await);
    assert_eq!(counter.opened.load(Ordering::SeqCst), 3);
    assert_eq!(pools.state().closed, 1, "2 made room");
    // 1 was there all the time.
    drop(lease(&pools, 1).await);
    assert_eq!(counter.opened.load(Ordering::SeqCst), 3);

    let third = lease(&pools, 3).await;
    let refused = pools.get(&database(4)).await.expect_err("all are in use");
    assert!(matches!(refused, DatabasePoolError::AllInUse { max_pools: 2, .. }), "{refused:?}");
    let text = format!("{refused} {refused:?}");
    assert!(text.contains("all 2 pools") && !text.contains("s3cret"), "{text}");
    assert_eq!((pools.state().refused, counter.most.load(Ordering::SeqCst)), (1, 2));

    // 1 was used last, so 3 goes when both are free.
    drop(third);
    sleep(Duration::from_millis(2)).await;
    drop(first);
    drop(lease(&pools, 4).await);
    let opened = counter.opened.load(Ordering::SeqCst);
    drop(lease(&pools, 1).await);
    assert_eq!(counter.opened.load(Ordering::SeqCst), opened, "1 is still there");
}

#[tokio::test]
async fn whoever_waits_gets_the_place_that_becomes_free() {
    let (pools, counter) =
        counting(DatabasePoolsOptions::new().max_pools(1).acquire_timeout(Duration::from_secs(10)));
    let first = lease(&pools, 0).await;
    let waiting = join_all((1..=20).map(|number| {
        let pools = pools.clone();
        tokio::spawn(async move {
            let lease = lease(&pools, number % 5).await;
            sleep(Duration::from_millis(1)).await;
            drop(lease);
        })
    }));
    sleep(Duration::from_millis(20)).await;
    drop(first);
    for task in tokio::time::timeout(Duration::from_secs(9), waiting).await.expect("nobody is forgotten") {
        task.expect("a pool");
    }
    assert_eq!(counter.most.load(Ordering::SeqCst), 1);
    assert_eq!(pools.state().refused, 0);
}

#[tokio::test]
async fn what_is_unused_for_a_time_is_closed() {
    let (pools, counter) = counting(DatabasePoolsOptions::new().idle_timeout(Duration::from_millis(100)));
    let kept = lease(&pools, 1).await;
    drop(lease(&pools, 2).await);
    eventually("2 is closed", async || counter.alive.load(Ordering::SeqCst) == 1).await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(pools.state().open, 1, "1 is in use");
    drop(kept);
    eventually("1 is closed", async || counter.alive.load(Ordering::SeqCst) == 0).await;
    // And the closing begins anew with the next.
    drop(lease(&pools, 3).await);
    eventually("3 is closed", async || counter.alive.load(Ordering::SeqCst) == 0).await;
    let stats = pools.state();
    assert_eq!((stats.open, stats.opened, stats.closed), (0, 3, 3));
}

#[tokio::test]
async fn they_all_go_with_the_set() {
    let (pools, counter) = counting(DatabasePoolsOptions::new());
    drop(join_all((0..5).map(|number| lease(&pools, number))).await);
    let one = lease(&pools, 1).await;
    pools.close_unused();
    assert_eq!((pools.state().open, counter.alive.load(Ordering::SeqCst)), (1, 1));
    drop(pools);
    assert_eq!(counter.alive.load(Ordering::SeqCst), 1, "it is in use");
    drop(one);
    assert_eq!(counter.alive.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_does_not_open_is_tried_again_and_takes_no_place() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let pools = DatabasePools::new(
        DatabasePoolsOptions::new().max_pools(1).acquire_timeout(Duration::from_millis(50)),
        {
            let attempts = attempts.clone();
            move |address: DatabaseAddress| {
                let attempt = attempts.fetch_add(1, Ordering::SeqCst);
                async move { if attempt < 2 { Err("the server is away") } else { Ok(Arc::new(address)) } }
            }
        },
    );
    for _ in 0..2 {
        let error = pools.get(&database(1)).await.expect_err("no pool");
        assert!(
            matches!(&error, DatabasePoolError::Open { source, .. } if source.to_string() == "the server is away")
        );
        assert_eq!(pools.state().in_use, 0);
    }
    assert_eq!(**pools.get(&database(2)).await.expect("a pool"), database(2));
    let stats = pools.state();
    assert_eq!((stats.open, stats.opened, stats.closed, stats.refused), (1, 1, 0, 0));
}

#[tokio::test]
async fn whoever_gives_up_leaves_nothing_behind() {
    let (pools, counter) =
        counting(DatabasePoolsOptions::new().max_pools(1).acquire_timeout(Duration::from_millis(200)));
    for number in 0..50 {
        // Dropped while it opens, or while it waits.
        let _ = tokio::time::timeout(Duration::from_micros(number * 100), lease(&pools, 1)).await;
        assert_eq!(pools.state().in_use, 0);
    }
    drop(lease(&pools, 2).await);
    assert_eq!(counter.most.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_from_many_tenants_there_are_never_more_than_may_be() {
    const MOST: usize = 4;
    let (pools, counter) = counting(
        DatabasePoolsOptions::new()
            .max_pools(MOST)
            .idle_timeout(Duration::from_millis(20))
            .acquire_timeout(Duration::from_secs(30)),
    );
    let tasks = join_all((0..64_usize).map(|task| {
        let pools = pools.clone();
        tokio::spawn(async move {
            for turn in 0..50 {
                let number = (task * 7 + turn * 13) % 40;
                if turn % 9 == 0 {
                    // Some callers go away.
                    let _ = tokio::time::timeout(Duration::from_micros(500), lease(&pools, number)).await;
                    continue;
                }
                let lease = lease(&pools, number).await;
                tokio::task::yield_now().await;
                // Never another's, also after some time.
                assert_eq!(lease.0.address, database(number));
            }
        })
    }));
    for task in tokio::time::timeout(Duration::from_secs(60), tasks).await.expect("nobody waits forever") {
        task.expect("every lease was the right one");
    }
    assert!(counter.most.load(Ordering::SeqCst) <= MOST, "{}", counter.most.load(Ordering::SeqCst));
    assert_eq!(pools.state().in_use, 0);
    eventually("all are closed", async || counter.alive.load(Ordering::SeqCst) == 0).await;
    let stats = pools.state();
    assert_eq!((stats.opened, stats.opened), (stats.closed, counter.opened.load(Ordering::SeqCst) as u64));
}
