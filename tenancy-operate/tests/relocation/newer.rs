//! Tables with what newer servers have. An older one skips these, and says so.

use std::time::Duration;

use tenancy_tests::server::postgres_is_older_than;

use crate::worker::{options, relocation};
use crate::world::{TENANT, World, name, place};

/// A column that is computed when it is read, a foreign key that keeps nothing, and one that is kept over time, by two rows together.
const NEWER: &str = "CREATE EXTENSION btree_gist;
    ALTER TABLE public.boards ADD whisper text GENERATED ALWAYS AS (lower(name)) VIRTUAL,
        ADD during daterange NOT NULL DEFAULT '[2020-01-01,2030-01-01)', ADD CONSTRAINT over_time UNIQUE (id, during WITHOUT OVERLAPS);
    ALTER TABLE public.notes ADD during daterange NOT NULL DEFAULT '[2021-01-01,2022-01-01)',
        ADD CONSTRAINT of_a_board FOREIGN KEY (board_id, PERIOD during) REFERENCES public.boards (id, PERIOD during);
    ALTER TABLE public.tokens ADD CONSTRAINT of_no_board FOREIGN KEY (number) REFERENCES public.boards NOT ENFORCED";

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_with_keys_over_time_moves_there_and_back() {
    if postgres_is_older_than(18) {
        return;
    }
    let world = World::new(12);
    world.run(&world.home, NEWER);
    world.run(&world.silo, NEWER);
    let before = world.rows_of(&world.home, "public", TENANT);
    assert!(before["notes"][0].contains("2021-01-01"), "{before:?}");
    relocation(&world, options()).run(&place("database silo")).await.unwrap();
    assert_eq!(world.rows_of(&world.silo, "public", TENANT), before);
    relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
    relocation(&world, options()).run(&place("shared")).await.unwrap();
    assert_eq!(world.rows_of(&world.home, "public", TENANT), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_others_that_refer_by_a_key_over_time_are_named() {
    if postgres_is_older_than(18) {
        return;
    }
    let world = World::new(3);
    world.run(&world.home, NEWER);
    world.run(&world.silo, NEWER);
    // Of one's own by its only key, and by the other one, which nobody gave the tenant, of another's as well: in a part of its time.
    world.run(
        &world.home,
        "ALTER TABLE public.tokens ADD board_id integer, ADD during daterange,
             ADD CONSTRAINT of_any_board FOREIGN KEY (board_id, PERIOD during) REFERENCES public.boards (id, PERIOD during);
         UPDATE public.tokens SET board_id = (SELECT min(id) FROM public.boards WHERE tenant_id = 1), during = '[2025-01-01,2026-01-01)'
          WHERE tenant_id = 2 AND number <= 2",
    );
    world.run(&world.silo, "ALTER TABLE public.tokens ADD board_id integer, ADD during daterange");
    let said = relocation(&world, options()).run(&place("database silo")).await.unwrap_err().to_string();
    assert!(
        said.contains("2 of its rows are not the tenant's") && said.contains("\"of_any_board\""),
        "{said}"
    );
}

/// As a role that serves requests may be given it, and this one has it by mistake or for all roles of the database.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_transactions_is_no_moves() {
    if postgres_is_older_than(17) {
        return;
    }
    let world = World::new(12);
    world.run(
        &world.silo,
        "CREATE FUNCTION public.slowly(integer) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN true; END';
         ALTER TABLE public.tokens ADD CHECK (public.slowly(number))",
    );
    for database in [&world.home, &world.silo] {
        world.run(database, &format!("ALTER DATABASE {} SET transaction_timeout = '500ms'", name(database)));
    }
    let before = world.rows_of(&world.home, "public", TENANT);
    relocation(&world, options()).run(&place("database silo")).await.unwrap();
    assert_eq!(world.rows_of(&world.silo, "public", TENANT), before);
}
