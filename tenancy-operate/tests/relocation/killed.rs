//! A move whose process is killed, over and over, while the tenant is written to.

use std::collections::BTreeMap;
use std::time::Duration;

use tenancy_tests::server::fresh_postgres;

use crate::worker::{Ended, ended, kill_when_reached};
use crate::world::{TENANT, World, name};
use crate::writers::{Writers, found};

/// Every place where a move can be broken off, in the order in which it comes to them.
const STEPS: [&str; 19] = [
    "begun",
    "installed",
    "installed:3",
    "following",
    "brought",
    "copied",
    "brought:2",
    "copied:3",
    "brought:4",
    "whole",
    "followed",
    "drained",
    "stopped",
    "drained:2",
    "fenced",
    "moving",
    "fenced",
    "switched",
    "arrived",
];

/// The same of finishing it.
const FINISHING: [&str; 4] = ["finishing", "erased", "erased:2", "removed:2"];

/// Where the tenant's tables are at a place.
fn at<'w>(world: &'w World, place: &str) -> (&'w str, String) {
    let words: Vec<_> = place.split(' ').collect();
    match words[..] {
        ["shared"] => (&world.home, "public".to_owned()),
        ["schema", schema] => (&world.home, schema.to_owned()),
        ["database", "silo"] => (&world.silo, "public".to_owned()),
        ["database", "silo", schema] => (&world.silo, schema.to_owned()),
        _ => panic!("no place: {place}"),
    }
}

fn others(world: &World) -> BTreeMap<i32, BTreeMap<String, Vec<String>>> {
    (2..=3).map(|tenant| (tenant, world.rows_of(&world.home, "public", tenant))).collect()
}

/// Moves from one place to the other with `work` that ends in the tenant's being there, under write load, and compares everything.
async fn moved(world: &World, from: &str, to: &str, work: impl FnOnce(&World)) {
    let ((source, old), (destination, new)) = (at(world, from), at(world, to));
    let (neighbours, objects) = (others(world), [world.objects(&world.home), world.objects(&world.silo)]);
    let writers = Writers::after(world, 3, found(world, source, &old)).await;
    writers.wait_for(100).await;
    tokio::task::block_in_place(|| work(world));

    // The tenant is written to at its new place, and nobody writes to the old one.
    let left = world.rows_of(source, &old, TENANT);
    writers.wait_for(100).await;
    let history = writers.end().await;
    assert_eq!(
        found(world, destination, &new),
        history,
        "{from} to {to}: what is there and what was acknowledged"
    );
    assert_eq!(world.rows_of(source, &old, TENANT), left, "a write reached the source after the switch");
    assert_eq!(others(world), neighbours, "another tenant's rows");
    let rows = world.rows_of(destination, &new, TENANT);
    let total: usize = rows.values().map(Vec::len).sum();

    // What is left is erased, and nothing stays.
    for step in FINISHING {
        assert_eq!(kill_when_reached(world.worker("finish", Some(step))), Ended::Killed, "{step}");
    }
    let Ended::Done(_) = kill_when_reached(world.worker("finish", None)) else { panic!("not finished") };
    assert_eq!(world.rows_of(source, &old, TENANT), BTreeMap::new(), "rows are left at the source");
    assert_eq!(world.rows_of(destination, &new, TENANT), rows, "{total} rows at the destination");
    assert_eq!([world.objects(&world.home), world.objects(&world.silo)], objects, "something is left behind");
    assert_eq!(others(world), neighbours, "another tenant's rows");
}

fn killed_at_every_step(world: &World, to: &str) {
    for step in STEPS {
        assert_eq!(kill_when_reached(world.worker(to, Some(step))), Ended::Killed, "{step}");
    }
    let Ended::Done(_) = kill_when_reached(world.worker(to, None)) else { panic!("not done") };
}

/// The longest time that a process is let live.
const LONGEST: u64 = 1_500;

/// How often it is killed on one way, unless the variable `TENANCY_KILLS` has another number.
const KILLS: u32 = 12;

fn killed_at_random(world: &World, to: &str, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut times = 0;
    let kills = std::env::var("TENANCY_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    for _ in 0..kills {
        let mut worker = world.worker(to, None);
        std::thread::sleep(Duration::from_millis(random.u64(50..LONGEST)));
        if worker.try_wait().unwrap().is_some() {
            ended(worker, "");
            break;
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
        times += 1;
    }
    let Ended::Done(stop) = kill_when_reached(world.worker(to, None)) else { panic!("not done") };
    println!("killed {times} times on the way to {to}; {stop}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_into_a_schema_and_back_loses_nothing_however_often_it_is_killed() {
    let world = World::new(100);
    world.schema(&world.home, "acme");
    moved(&world, "shared", "schema acme", |world| killed_at_every_step(world, "schema acme")).await;
    moved(&world, "schema acme", "shared", |world| killed_at_every_step(world, "shared")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_into_a_database_and_back_loses_nothing_however_often_it_is_killed() {
    let world = World::new(100);
    world.schema(&world.silo, "acme");
    moved(&world, "shared", "database silo", |world| killed_at_every_step(world, "database silo")).await;
    moved(&world, "database silo", "database silo acme", |world| {
        killed_at_every_step(world, "database silo acme")
    })
    .await;
    moved(&world, "database silo acme", "shared", |world| killed_at_every_step(world, "shared")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_killed_at_any_time_loses_nothing() {
    let world = World::new(300);
    world.schema(&world.home, "acme");
    let seed = fastrand::u64(..);
    println!("seed {seed}, database {}", name(&world.home));
    moved(&world, "shared", "schema acme", |world| killed_at_random(world, "schema acme", seed)).await;
    moved(&world, "schema acme", "database silo", |world| killed_at_random(world, "database silo", seed ^ 1))
        .await;
    moved(&world, "database silo", "shared", |world| killed_at_random(world, "shared", seed ^ 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_another_server_and_back_loses_nothing_however_often_it_is_killed() {
    let server = fresh_postgres();
    let world = World::with_server(100, &server);
    moved(&world, "shared", "database silo", |world| killed_at_every_step(world, "database silo")).await;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    moved(&world, "database silo", "shared", |world| killed_at_random(world, "shared", seed)).await;
}
