//! Many tasks at once, over all places, on pools of three: nobody ever sees a row that is not its own.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use tenancy_diesel::{insert_into, testing, update};
use tenancy_pool::placement::DatabasePoolsOptions;
use tenancy_pool::{PoolError, RunQueryDsl};
use tenancy_tests::fleet::schema::{Mood, agents, canvases};
use tenancy_tests::fleet::{Fleet, Kind, TENANTS};

use crate::body::{Pool, Row, texts};

const TASKS: usize = 16;

/// Of all tasks together, however long they take: each tenant has several of each kind.
const TURNS: usize = 1500;

/// What one tenant's tasks have done together.
#[derive(Default)]
struct Done {
    added: AtomicI32,
    inserted: AtomicI32,
}

/// One turn of a task: of the kinds, by number.
async fn turn(pool: &Pool, tenant: i32, turn: usize, id: i32, done: &Done) -> Result<(), PoolError> {
    let (scope, place) = (testing::scope(tenant), Fleet::place(tenant));
    match turn % 6 {
        0 => {
            let names =
                agents::table.scoped(&scope).filter(agents::id.le(3)).select(agents::name).order(agents::id);
            let names: Vec<String> = pool.load(&scope, names).await?;
            assert_eq!(names, texts(&place, tenant, "agent", 1..=3));
        }
        1 => {
            let one =
                update(canvases::table.scoped(&scope)).find(1).set(canvases::score.eq(canvases::score + 1));
            assert_eq!(pool.execute(&scope, one).await?, 1);
            done.added.fetch_add(1, Ordering::Relaxed);
        }
        2 => {
            pool.transaction(&scope.clone(), async |tx| {
                let rows: Vec<(i32, String)> = canvases::table
                    .scoped(&scope)
                    .inner_join(agents::table.scoped(&scope))
                    .filter(canvases::id.le(4))
                    .select((canvases::tenant_id, canvases::title))
                    .order(canvases::id)
                    .load(tx)
                    .await?;
                let expected = texts(&place, tenant, "canvas", 1..=4);
                assert_eq!(rows, expected.into_iter().map(|text| (tenant, text)).collect::<Vec<_>>());
                let form = (
                    canvases::id.eq(id),
                    canvases::agent_id.eq(1),
                    canvases::title.eq("load"),
                    canvases::mood.eq(Mood::Wild),
                );
                insert_into(canvases::table.scoped(&scope)).values(form).execute(tx).await?;
                Ok::<_, PoolError>(())
            })
            .await?;
            done.inserted.fetch_add(1, Ordering::Relaxed);
        }
        3 => {
            // Dropped in the middle: nothing of it stays, and the next one does not find it.
            let mut tx = pool.begin(&scope).await?;
            let all =
                update(canvases::table.scoped(&scope)).filter(canvases::id.gt(0)).set(canvases::score.eq(-1));
            let _late =
                tokio::time::timeout(Duration::from_micros(turn as u64 % 700), all.execute(&mut tx)).await;
        }
        4 => {
            pool.transaction(&scope, async |tx| {
                let sql = "SELECT tenant_id, name AS text FROM agents WHERE id <= 3 ORDER BY id";
                let rows: Vec<Row> = tx.raw("the wall's test", sql).unwrap().load().await?;
                let expected = texts(&place, tenant, "agent", 1..=3);
                let rows: Vec<_> = rows.into_iter().map(|row| (row.tenant_id, row.text)).collect();
                assert_eq!(rows, expected.into_iter().map(|text| (tenant, text)).collect::<Vec<_>>());
                Ok::<_, PoolError>(())
            })
            .await?;
        }
        _ => {
            let foreign = canvases::table.scoped(&scope).filter(canvases::tenant_id.ne(tenant)).count();
            assert_eq!(pool.get_result::<_, _, _, _, i64>(&scope, foreign).await?, 0);
        }
    }
    Ok(())
}

async fn under_load(prefix: &str, kind: Kind) {
    let fleet = Fleet::new(prefix, kind);
    let sizes = DatabasePoolsOptions::new().max_pools(1).acquire_timeout(Duration::from_secs(120));
    // Fewer pools than databases, so that they come and go under the load.
    let pool = fleet
        .builder()
        .max_connections(3)
        .databases(sizes)
        .build()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let before = fleet.contents();
    let done: Arc<HashMap<i32, Done>> =
        Arc::new((1..=TENANTS).map(|tenant| (tenant, Done::default())).collect());
    let (ids, turns) = (Arc::new(AtomicI32::new(1000)), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (pool, done, ids, turns) = (pool.clone(), done.clone(), ids.clone(), turns.clone());
            tokio::spawn(async move {
                loop {
                    let number = turns.fetch_add(1, Ordering::Relaxed);
                    if number >= TURNS {
                        break;
                    }
                    // Runs of one database: a new pool for each turn would be all that is tested.
                    let tenant = 1 + ((number / 64) * 3 + number + task) as i32 % TENANTS;
                    let id = ids.fetch_add(1, Ordering::Relaxed);
                    let result = turn(&pool, tenant, number / TASKS + number, id, &done[&tenant]).await;
                    result.unwrap_or_else(|error| panic!("tenant {tenant}: {error}"));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    drop(pool);
    // What was abandoned is rolled back by then.
    fleet.settle();

    let after = fleet.contents();
    for tenant in 1..=TENANTS {
        let done = &done[&tenant];
        let (added, inserted) = (done.added.load(Ordering::Relaxed), done.inserted.load(Ordering::Relaxed));
        let (database, schema) =
            Fleet::place(tenant).split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let count = |what: &str| {
            let sql = format!("SELECT {what} AS line FROM {schema}.canvases WHERE tenant_id = {tenant}");
            fleet.lines(&database, &sql).remove(0)
        };
        assert_eq!(
            count("sum(score) FILTER (WHERE id = 1) || ''"),
            (10 + added).to_string(),
            "tenant {tenant}"
        );
        assert_eq!(
            count("count(*) FILTER (WHERE id >= 1000) || ''"),
            inserted.to_string(),
            "tenant {tenant}"
        );
        assert!(inserted > 0 && added > 0, "tenant {tenant} had its turns");
    }
    for (key, rows) in before {
        let lives_here = Fleet::place(key.1) == key.0;
        assert!(lives_here || after[&key] == rows, "{key:?} changed, and nobody lives there");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_plain_wall() {
    under_load("pl_load", Kind::Plain).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_sealed_wall() {
    under_load("pl_loads", Kind::Sealed).await;
}
