//! The pool on a cluster, behind both walls.

use std::time::Duration;

use diesel::upsert::excluded;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, delete, insert_into, testing, update};
use tenancy_pool::prelude::*;
use tenancy_pool::{PoolError, TenantTransaction};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};
use tenancy_tests::server::known_holes;

use crate::arena::{APPLICATION, Arena, lines};

type Pool = TenantPool<AsyncPgConnection>;

async fn open(arena: &Arena) -> Pool {
    // Citus makes a certificate of its own, which nobody vouches for.
    let address = format!("{}?sslmode=disable", arena.url(APPLICATION));
    let builder = TenantPool::builder(address).wall(arena.wall()).waive(known_holes());
    builder
        .max_connections(4)
        .build()
        .await
        .unwrap_or_else(|error| panic!("{}", tenancy_tests::chain(&error)))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn names(pool: &Pool, scope: &Scoped<i32>) -> Vec<String> {
    let query = agents::table.scoped(scope).order(agents::id).select(agents::name);
    pool.load(scope, query).await.unwrap_or_else(|error| panic!("{}", tenancy_tests::chain(&error)))
}

async fn each_kind_of_statement(pool: &Pool) -> Result<(), PoolError> {
    let (acme, globex) = (&acme(), &globex());
    assert_eq!(names(pool, acme).await, ["ada", "bob", "cyd"]);
    let row = |id: i32, name: &'static str| (agents::id.eq(id), agents::name.eq(name));
    pool.execute(acme, insert_into(agents::table.scoped(acme)).values(row(7, "new"))).await?;
    let upsert = insert_into(agents::table.scoped(acme))
        .values(row(7, "newer"))
        .on_conflict(agents::id)
        .do_update()
        .set(agents::name.eq(excluded(agents::name)))
        .returning(agents::name);
    let name: String = pool.get_result(acme, upsert).await?;
    assert_eq!(name, "newer");
    let two = vec![row(8, "x"), row(9, "y")];
    assert_eq!(pool.execute(acme, insert_into(agents::table.scoped(acme)).values(two)).await?, 2);
    let changed = update(agents::table.scoped(acme)).find(8).set(agents::name.eq("z"));
    assert_eq!(pool.execute(acme, changed).await?, 1);
    assert_eq!(pool.execute(acme, delete(agents::table.scoped(acme)).filter(agents::id.ge(8))).await?, 2);
    let joined: Vec<(String, String)> = pool
        .load(
            globex,
            agents::table
                .scoped(globex)
                .inner_join(canvases::table.scoped(globex).on(canvases::agent_id.eq(agents::id)))
                .order(canvases::id)
                .select((agents::name, canvases::title)),
        )
        .await?;
    assert_eq!(joined, [("ada".to_owned(), "sun".to_owned()), ("zoe".to_owned(), "sky".to_owned())]);
    pool.transaction(acme, async |tx: &mut TenantTransaction<AsyncPgConnection, i32>| {
        let seen: i64 = agents::table.scoped(acme).count().get_result(tx).await?;
        assert_eq!(seen, 4);
        delete(agents::table.scoped(acme)).find(7).execute(tx).await?;
        // Raw SQL, which no type keeps within the tenant.
        assert_eq!(tx.raw("a test", "DELETE FROM canvases WHERE score > 0")?.execute().await?, 4);
        Ok::<_, PoolError>(())
    })
    .await?;
    assert_eq!(names(pool, acme).await, ["ada", "bob", "cyd"]);
    assert_eq!(names(pool, globex).await, ["ada", "zoe", "dan"]);
    let left: i64 = pool.get_result(globex, canvases::table.scoped(globex).count()).await?;
    assert_eq!(left, 3);
    Ok(())
}

/// What Citus would run on the coordinator by COPY, which row-level security refuses: an error, and nothing is written.
async fn what_is_pulled_to_the_coordinator_is_refused(pool: &Pool) {
    let acme = &acme();
    let copied = insert_into(agents::table.scoped(acme)).from_select(
        canvases::table.scoped(acme).select((canvases::id, canvases::title)),
        (agents::id, agents::name),
    );
    let refused = pool.execute(acme, copied).await.unwrap_err();
    assert!(
        tenancy_tests::chain(&refused).contains("row-level security"),
        "{}",
        tenancy_tests::chain(&refused)
    );
    let rows = [(20, "x"), (21, "y")].map(|(id, name)| (agents::id.eq(id), agents::name.eq(name)));
    let refused = pool.execute(acme, insert_into(agents::table.scoped(acme)).bulk(rows)).await.unwrap_err();
    assert!(
        tenancy_tests::chain(&refused).contains("row-level security"),
        "{}",
        tenancy_tests::chain(&refused)
    );
    assert_eq!(names(pool, acme).await, ["ada", "bob", "cyd"]);
}

/// Many tenants at once, with every second future dropped somewhere: nobody's row is anybody else's, and nothing stays open.
async fn under_load(arena: &Arena, pool: &Pool) {
    let tasks: Vec<_> = (0..16_i32)
        .map(|task| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let tenant = 100 + task % 5;
                let scope = testing::scope(tenant);
                for turn in 0..40_i32 {
                    let id = task * 1_000 + turn;
                    let write = async {
                        let row = (agents::id.eq(id), agents::name.eq(format!("{tenant}-{id}")));
                        pool.execute(&scope, insert_into(agents::table.scoped(&scope)).values(row))
                            .await
                            .unwrap();
                        let names: Vec<String> = pool
                            .load(&scope, agents::table.scoped(&scope).select(agents::name))
                            .await
                            .unwrap();
                        let own = format!("{tenant}-");
                        assert!(names.iter().all(|name| name.starts_with(&own)), "{tenant}: {names:?}");
                    };
                    let patience = if turn % 2 == 0 { 10_000 } else { (id % 7) as u64 };
                    let _ = tokio::time::timeout(Duration::from_millis(patience), write).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let foreign = "SELECT name FROM agents WHERE tenant_id >= 100 AND name NOT LIKE tenant_id || '-%'";
    let mut superuser = arena.connect("postgres");
    assert_eq!(lines(&mut superuser, foreign).unwrap(), Vec::<String>::new());
    // Each turn that was not cut short is there.
    let whole = "SELECT count(*) >= 16 * 20 FROM agents WHERE tenant_id >= 100";
    assert_eq!(lines(&mut superuser, whole).unwrap(), ["t"]);
    let open = format!(
        "SELECT sum(result::integer) FROM run_command_on_all_nodes($cmd$ SELECT count(*) FROM pg_stat_activity
          WHERE usename = '{APPLICATION}' AND state LIKE 'idle in transaction%' $cmd$)"
    );
    let begin = std::time::Instant::now();
    while lines(&mut superuser, &open).unwrap() != ["0"] {
        assert!(begin.elapsed() < Duration::from_secs(30), "transactions stay open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn plain_each_kind_of_statement_and_under_load() {
    let Some(arena) = Arena::plain() else { return };
    runtime().block_on(async {
        let pool = open(&arena).await;
        what_is_pulled_to_the_coordinator_is_refused(&pool).await;
        each_kind_of_statement(&pool)
            .await
            .unwrap_or_else(|error| panic!("{}", tenancy_tests::chain(&error)));
        under_load(&arena, &pool).await;
    });
}

#[test]
fn sealed_each_kind_of_statement_and_under_load() {
    let Some(arena) = Arena::sealed() else { return };
    runtime().block_on(async {
        let pool = open(&arena).await;
        what_is_pulled_to_the_coordinator_is_refused(&pool).await;
        each_kind_of_statement(&pool)
            .await
            .unwrap_or_else(|error| panic!("{}", tenancy_tests::chain(&error)));
        under_load(&arena, &pool).await;
    });
}
