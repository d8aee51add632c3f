//! Numbers of sequences, while a tenant is elsewhere and when it comes back.

use std::time::Duration;

use tenancy_operate::relocation::RelocationError;

use crate::worker::{options, relocation};
use crate::world::{TENANT, World, place};

/// So many boards of a tenant, each with a note and a mark, all with numbers of the sequences there.
fn insert(world: &World, database: &str, schema: &str, tenant: i32, count: u32) {
    world.run(
        database,
        &format!(
            "WITH b AS (INSERT INTO {schema}.boards (tenant_id, slug, name)
                        SELECT {tenant}, 'n' || gen_random_uuid(), 'new' FROM generate_series(1, {count}) RETURNING id),
                  n AS (INSERT INTO {schema}.notes (board_id, body) SELECT id, 'new' FROM b RETURNING id)
             INSERT INTO {schema}.marks (note_id) SELECT id FROM n"
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_comes_back_though_both_sides_gave_numbers_all_the_time() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    let others = |world: &World| [2, 3].map(|tenant| world.rows_of(&world.home, "public", tenant));
    for (to, database, schema) in [
        ("schema acme", &world.home, "acme"),
        ("database silo", &world.silo, "public"),
        ("schema acme", &world.home, "acme"),
    ] {
        relocation(&world, options()).run(&place(to)).await.unwrap();
        relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
        // More than the thousand by which a sequence is set ahead.
        insert(&world, database, schema, TENANT, 1_500);
        for tenant in 2..=3 {
            insert(&world, &world.home, "public", tenant, 1_500);
        }
        let (own, neighbours) = (world.rows_of(database, schema, TENANT), others(&world));
        relocation(&world, options()).run(&place("shared")).await.unwrap();
        relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
        assert_eq!(world.rows_of(&world.home, "public", TENANT), own, "{to}");
        assert_eq!(others(&world), neighbours, "{to}");
        // At home it gets numbers of the shared tables again, which the ranges leave alone.
        insert(&world, &world.home, "public", TENANT, 10);
        assert_eq!(
            world.lines(&world.home, "SELECT (last_value < 1 << 20)::text AS line FROM public.boards_id_seq"),
            ["true"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_numbers_meet_nevertheless_the_error_and_its_page_say_what_to_do() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
    // Of the application's own making.
    world.run(&world.home, "INSERT INTO acme.boards (id, tenant_id, slug, name) VALUES (5000, 1, 'own', 'own'); INSERT INTO acme.notes (board_id, body) VALUES (5000, 'own')");
    world.run(
        &world.home,
        "INSERT INTO public.boards (id, tenant_id, slug, name) VALUES (5000, 2, 'theirs', 'theirs')",
    );
    let error = relocation(&world, options()).run(&place("shared")).await.unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, RelocationError::Impossible(_)), "{said}");
    assert!(
        said.contains("\"boards_pkey\" of \"public\".\"boards\": other tenants there have 1 values"),
        "{said}"
    );
    assert!(
        said.contains("put the tenant into that key") && said.contains("\"When numbers meet\""),
        "{said}"
    );
    assert!(!said.contains("5000"), "{said}");
    assert!(error.values().unwrap().contains("5000"), "{error}");

    // As its page says.
    let page = include_str!("../../docs/relocation.md");
    let (_, section) = page.split_once("## When numbers meet").unwrap();
    let sql = section.split_once("```sql").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    world.run(&world.home, &format!("BEGIN; {sql} COMMIT"));
    let own = world.rows_of(&world.home, "acme", TENANT);
    relocation(&world, options()).run(&place("shared")).await.unwrap();
    assert_eq!(world.rows_of(&world.home, "public", TENANT), own);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_the_applications_own_that_come_back_are_not_given_again() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
    // Far below the ranges, and above what the shared tables' sequence has given.
    world.run(
        &world.home,
        "INSERT INTO acme.boards (id, tenant_id, slug, name) VALUES (5000, 1, 'own', 'own')",
    );
    relocation(&world, options()).run(&place("shared")).await.unwrap();
    assert_eq!(
        world.lines(
            &world.home,
            "SELECT (last_value BETWEEN 5000 AND 1 << 20)::text AS line FROM public.boards_id_seq"
        ),
        ["true"]
    );
}
