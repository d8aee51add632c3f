//! A move that is taken back, from every step before the switch.

use std::collections::BTreeMap;

use crate::worker::{Ended, kill_when_reached, options, relocation};
use crate::world::{TENANT, World, place};
use crate::writers::{Writers, found};

/// Where a move is broken off before it is taken back.
const STEPS: [&str; 11] = [
    "begun",
    "installed:2",
    "following",
    "copied",
    "brought:4",
    "whole",
    "drained",
    "stopped",
    "drained:2",
    "fenced",
    "moving",
];

/// Where taking it back is broken off as well.
const UNDOING: [&str; 4] = ["undoing", "removed:2", "released", "erased"];

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_taken_back_leaves_nothing_behind_at_whichever_step() {
    let world = World::new(60);
    world.schema(&world.silo, "acme");
    let to = "database silo acme";
    let neighbours: Vec<_> = (2..=3).map(|tenant| world.rows_of(&world.home, "public", tenant)).collect();
    let objects = [world.objects(&world.home), world.objects(&world.silo)];
    let writers = Writers::start(&world, 2).await;
    writers.wait_for(50).await;
    for (turn, step) in STEPS.into_iter().enumerate() {
        tokio::task::block_in_place(|| {
            assert_eq!(kill_when_reached(world.worker(to, Some(step))), Ended::Killed, "{step}");
            // Each place once; there are rows to erase only once some were copied.
            let broken = UNDOING[turn % UNDOING.len()];
            let ended = kill_when_reached(world.worker("undo", Some(broken)));
            if ended == Ended::Killed {
                kill_when_reached(world.worker("undo", None));
            } else {
                assert_eq!(broken, "erased", "{step}");
            }
        });
        assert_eq!(world.rows_of(&world.silo, "acme", TENANT), BTreeMap::new(), "{step}");
        assert_eq!([world.objects(&world.home), world.objects(&world.silo)], objects, "{step}");
        writers.wait_for(20).await;
    }
    let history = writers.end().await;
    assert_eq!(found(&world, &world.home, "public"), history);
    let now: Vec<_> = (2..=3).map(|tenant| world.rows_of(&world.home, "public", tenant)).collect();
    assert_eq!(now, neighbours);

    // Said again, it is still so; but there is nothing to finish.
    assert!(relocation(&world, options()).undo().await.unwrap().ended_before);
    let none = relocation(&world, options()).finish(std::time::Duration::ZERO).await.unwrap_err();
    assert!(none.to_string().contains("was taken back, and there is none to finish"), "{none}");

    // And it can be moved after all.
    relocation(&world, options()).run(&place(to)).await.unwrap();
    assert_eq!(found(&world, &world.silo, "acme"), history);
    let late = relocation(&world, options()).undo().await.unwrap_err();
    assert!(
        late.to_string()
            .contains("is served at its new place, the schema acme of the database \"silo\", and")
            && late.fix().contains("move the tenant back"),
        "{late}"
    );
}
