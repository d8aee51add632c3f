//! A name that leads to another database than it did when a move began.

use std::time::Duration;

use tenancy_tests::server::fresh_postgres_database;

use crate::worker::{Ended, kill_when_reached, options, relocation};
use crate::world::{TENANT, World, place};

/// Somebody has given `silo` the address of a database where the tenant's id is another customer's.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_erases_nothing_in_another_database_than_it_began_in() {
    let world = World::new(20);
    let other = fresh_postgres_database("other");
    world.database(&other);
    world.rows_for_all(&other, 5);
    let mut mistaken = world.clone();
    mistaken.silo.clone_from(&other);
    let theirs = world.rows(&other, "public");
    let refused = |what: &str, error: String| {
        let message = format!(
            "the {what} of this move, the database \"silo\", is another database than the one it began in"
        );
        assert!(error.contains(&message), "{error}");
        assert_eq!(world.rows(&other, "public"), theirs, "{what}");
    };

    // Taken back, it would erase what is at the destination.
    tokio::task::block_in_place(|| {
        let ended = kill_when_reached(world.worker("database silo", Some("whole")));
        assert_eq!(ended, Ended::Killed);
    });
    refused("destination", relocation(&mistaken, options()).undo().await.unwrap_err().to_string());
    relocation(&world, options()).undo().await.unwrap();
    assert!(world.rows_of(&world.silo, "public", TENANT).is_empty());

    // Gone on with, it would bring rows there.
    tokio::task::block_in_place(|| {
        let ended = kill_when_reached(world.worker("database silo", Some("copied")));
        assert_eq!(ended, Ended::Killed);
    });
    let there = place("database silo");
    refused("destination", relocation(&mistaken, options()).run(&there).await.unwrap_err().to_string());
    relocation(&world, options()).run(&there).await.unwrap();
    relocation(&world, options()).finish(Duration::ZERO).await.unwrap();

    // On the way back it is the source, where the rest is erased.
    relocation(&world, options()).run(&place("shared")).await.unwrap();
    let finished = relocation(&mistaken, options()).finish(Duration::ZERO).await;
    refused("source", finished.unwrap_err().to_string());
    relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
    assert!(world.rows_of(&world.silo, "public", TENANT).is_empty());
}
