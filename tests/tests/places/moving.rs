//! A tenant moves from the shared tables into a schema, and on into a database, while it is at work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use tenancy_diesel::{testing, update};
use tenancy_pool::PoolError;
use tenancy_pool::placement::{
    CacheOptions, CatalogConnection, CatalogError, CatalogMigration, DatabaseAddress, DatabaseName,
    PgCatalog, Placement,
};
use tenancy_tests::fleet::schema::{agents, canvases};
use tenancy_tests::fleet::{Fleet, Kind};

use crate::body::{Pool, texts};

/// How long an answer of the catalog may be used, and so how long a move waits. Changes are told of much sooner.
const TIME_TO_LIVE: Duration = Duration::from_millis(300);

/// The one that moves, and one that stays.
const MOVER: i32 = 1;
const NEIGHBOUR: i32 = 2;

async fn catalog(fleet: &Fleet) -> PgCatalog {
    let (reader, manager) = (fleet.role("owner"), fleet.role("across"));
    let migration = CatalogMigration::new().reader(&reader).unwrap().manager(&manager).unwrap();
    fleet.run("home", &migration.up());
    let address = DatabaseAddress::new(fleet.url("home", "across")).unwrap();
    let annex = fleet.address("annex");
    let book = move |name: &DatabaseName| (name.as_str() == "annex").then(|| annex.clone());
    PgCatalog::open(CatalogConnection::new(address), book).await.unwrap()
}

/// Which places the rows may be of, as the mover is on its way.
struct Journey {
    /// The place that was left last, and the one that it lives at.
    places: [&'static str; 3],
    arrived: AtomicI32,
    ended: AtomicBool,
    added: AtomicI32,
    refused: AtomicI32,
}

/// Reads and writes until the journey ends. A refusal is one that says that the tenant is moving.
async fn work(pool: &Pool, journey: &Journey) {
    let scope = testing::scope(MOVER);
    while !journey.ended.load(Ordering::SeqCst) {
        let before = journey.arrived.load(Ordering::SeqCst);
        let names = agents::table.scoped(&scope).select(agents::name).order(agents::id);
        match pool.load::<_, _, _, _, String>(&scope, names).await {
            Ok(names) => {
                let after = journey.arrived.load(Ordering::SeqCst);
                let of = |at: i32| texts(journey.places[at as usize], MOVER, "agent", 1..=3);
                assert!((before..=after).any(|at| names == of(at)), "{names:?} at {before} to {after}");
            }
            Err(PoolError::Catalog(CatalogError::Moving { tenant })) => {
                assert_eq!(tenant.as_str(), MOVER.to_string());
                journey.refused.fetch_add(1, Ordering::SeqCst);
            }
            Err(other) => panic!("{other}"),
        }
        let add = update(canvases::table.scoped(&scope)).find(1).set(canvases::score.eq(canvases::score + 1));
        match pool.execute(&scope, add).await {
            Ok(changed) => {
                assert_eq!(changed, 1);
                journey.added.fetch_add(1, Ordering::SeqCst);
            }
            Err(PoolError::Catalog(CatalogError::Moving { .. })) => {}
            Err(other) => panic!("{other}"),
        }
        tokio::task::yield_now().await;
    }
}

/// Copies the score, which the journey's writes are counted by: the rest of the rows is there, and says where.
fn copy(fleet: &Fleet, from: (&str, &str), to: (&str, &str)) {
    let sql =
        format!("SELECT score || '' AS line FROM {}.canvases WHERE tenant_id = {MOVER} AND id = 1", from.1);
    let score = fleet.lines(from.0, &sql).remove(0);
    fleet.run(
        to.0,
        &format!("UPDATE {}.canvases SET score = {score} WHERE tenant_id = {MOVER} AND id = 1", to.1),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_moves_during_load_and_is_never_answered_from_elsewhere() {
    let fleet = Fleet::new("pl_move", Kind::Sealed);
    let manager = catalog(&fleet).await;
    let (mover, neighbour) = (MOVER.to_string(), NEIGHBOUR.to_string());
    for tenant in [&mover, &neighbour] {
        manager.register(tenant, &Placement::Shared).await.unwrap();
    }
    let following = manager.clone().following(CacheOptions::new().time_to_live(TIME_TO_LIVE));
    let pool = fleet
        .builder()
        .catalog(following)
        .max_connections(3)
        .build()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let journey = Arc::new(Journey {
        places: ["home/public", "home/tenant_3", "annex/public"],
        arrived: AtomicI32::new(0),
        ended: AtomicBool::new(false),
        added: AtomicI32::new(0),
        refused: AtomicI32::new(0),
    });
    let mut tasks: Vec<_> = (0..6)
        .map(|_| {
            let (pool, journey) = (pool.clone(), journey.clone());
            tokio::spawn(async move { work(&pool, &journey).await })
        })
        .collect();
    tasks.push(tokio::spawn({
        let (pool, journey) = (pool.clone(), journey.clone());
        async move {
            let scope = testing::scope(NEIGHBOUR);
            while !journey.ended.load(Ordering::SeqCst) {
                let names = agents::table.scoped(&scope).select(agents::name).order(agents::id);
                let names: Vec<String> = pool.load(&scope, names).await.unwrap();
                assert_eq!(
                    names,
                    texts("home/public", NEIGHBOUR, "agent", 1..=3),
                    "who stays notices nothing"
                );
            }
        }
    }));

    let steps = [
        (("home", "public"), ("home", "tenant_3"), Placement::Schema("tenant_3".try_into().unwrap())),
        (("home", "tenant_3"), ("annex", "public"), Placement::Database("annex".try_into().unwrap())),
    ];
    for (step, (from, to, location)) in (1..).zip(steps) {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let refused = journey.refused.load(Ordering::SeqCst);
        manager.start_move(&mover).await.unwrap();
        // As the catalog says: until no answer from before is used, and no transaction from before runs.
        tokio::time::sleep(TIME_TO_LIVE + Duration::from_secs(1)).await;
        let added = journey.added.load(Ordering::SeqCst);
        copy(&fleet, from, to);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(added, journey.added.load(Ordering::SeqCst), "nothing is written during the copy");
        assert!(journey.refused.load(Ordering::SeqCst) > refused, "it was refused while it moved");
        // Before the catalog says so: an answer from the new place is right from here on.
        journey.arrived.store(step, Ordering::SeqCst);
        manager.finish_move(&mover, &location).await.unwrap();
        let begin = Instant::now();
        let scope = testing::scope(MOVER);
        while pool.begin(&scope).await.is_err() {
            assert!(begin.elapsed() < Duration::from_secs(30), "it is served at its new place");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    journey.ended.store(true, Ordering::SeqCst);
    for task in tasks {
        task.await.unwrap();
    }
    let added = journey.added.load(Ordering::SeqCst);
    let sql = format!("SELECT score || '' AS line FROM canvases WHERE tenant_id = {MOVER} AND id = 1");
    assert_eq!(
        fleet.lines("annex", &sql),
        [(10 + added).to_string()],
        "no write was lost, none was made twice"
    );

    // Back, and the move is given up.
    manager.start_move(&mover).await.unwrap();
    manager.cancel_move(&mover).await.unwrap();
    manager.suspend(&neighbour).await.unwrap();
    tokio::time::sleep(TIME_TO_LIVE * 2).await;
    let scope = testing::scope(MOVER);
    let names = agents::table.scoped(&scope).select(agents::name).order(agents::id);
    assert_eq!(
        pool.load::<_, _, _, _, String>(&scope, names).await.unwrap(),
        texts("annex/public", MOVER, "agent", 1..=3)
    );
    let refused = pool.begin(&testing::scope(NEIGHBOUR)).await.map(|_| ());
    assert!(matches!(refused, Err(PoolError::Catalog(CatalogError::Suspended { .. }))), "{refused:?}");
}
