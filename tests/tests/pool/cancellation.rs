//! Futures that are dropped, at every point at which they can be.
//!
//! After each drop the server is asked whether anything was left: a transaction, a tenant, a row that nobody committed.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::task::Poll;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Integer;
use tenancy_diesel::{Scoped, delete, insert_into, testing};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool, TenantTransaction};
use tenancy_rls::Wall;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};
use tenancy_tests::server::known_holes;

use super::walled::{AGENTS, Database, FIXTURE, Pool, lines, pool, settled};
use crate::{TRAVELS_AS_ONE, Tested};

/// Polls `work` so many times at most, and drops it then; what it returned if it was done.
pub(crate) async fn polled<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// What is dropped in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Load,
    First,
    Execute,
    ExecuteCached,
    Transaction,
    Nested,
    NestedUndone,
    Failing,
    RolledBack,
    Raw,
    Across,
}

const OPERATIONS: [Operation; 11] = [
    Operation::Load,
    Operation::First,
    Operation::Execute,
    Operation::ExecuteCached,
    Operation::Transaction,
    Operation::Nested,
    Operation::NestedUndone,
    Operation::Failing,
    Operation::RolledBack,
    Operation::Raw,
    Operation::Across,
];

/// How often each operation is dropped at each of its polls. Where all of an operation's messages are one future's, there are fewer orders
/// in which they can be sent.
const ROUNDS: usize = if TRAVELS_AS_ONE { 4 } else { 12 };

/// The names of the tenant's agents below 100: the fixture's, which nothing here changes.
const FIXTURES: [[&str; 3]; 2] = [["ada", "bob", "cyd"], ["ada", "zoe", "dan"]];

/// An agent and its canvas, which are there together or not at all.
async fn hire(tx: &mut TenantTransaction<Tested, i32>, scope: &Scoped<i32>, id: i32) -> QueryResult<()> {
    let agent = (agents::id.eq(id), agents::name.eq(format!("n{id}")));
    insert_into(agents::table.scoped(scope)).values(agent).execute(tx).await?;
    let canvas = (canvases::id.eq(id), canvases::agent_id.eq(id), canvases::title.eq("new"));
    insert_into(canvases::table.scoped(scope)).values(canvas).execute(tx).await?;
    Ok(())
}

impl Operation {
    /// Runs it; whether it committed the agent and the canvas `id`.
    async fn run(
        self,
        tenants: &TenantPool<Tested>,
        scope: &Scoped<i32>,
        id: i32,
    ) -> Result<bool, PoolError> {
        let expected = FIXTURES[*scope.tenant() as usize - 1];
        let names =
            || agents::table.scoped(scope).filter(agents::id.lt(100)).order(agents::id).select(agents::name);
        match self {
            Self::Load => {
                let names: Vec<String> = tenants.load(scope, names()).await?;
                assert_eq!(names, expected);
            }
            Self::First => {
                let name: String = tenants.first(scope, names()).await?;
                assert_eq!(name, expected[0]);
            }
            Self::Execute => {
                // Its own: nothing is to be there twice, and no half of a pair.
                let row = (agents::id.eq(99), agents::name.eq(expected[0]));
                let taken =
                    tenants.execute(scope, insert_into(agents::table.scoped(scope)).values(row)).await;
                assert!(matches!(taken, Err(PoolError::Query(Error::DatabaseError(_, _)))), "{taken:?}");
            }
            Self::ExecuteCached => {
                assert_eq!(tenants.execute(scope, delete(agents::table.scoped(scope)).find(99)).await?, 0);
            }
            Self::Transaction => {
                tenants
                    .transaction(scope, async |tx| {
                        hire(tx, scope, id).await?;
                        let names: Vec<String> = names().load(tx).await?;
                        assert_eq!(names, expected);
                        Ok::<_, PoolError>(())
                    })
                    .await?;
                return Ok(true);
            }
            Self::Nested => {
                tenants
                    .transaction(scope, async |tx| {
                        tx.transaction(async |tx| {
                            tx.transaction(async |tx| Ok::<_, PoolError>(hire(tx, scope, id).await?)).await
                        })
                        .await
                    })
                    .await?;
                return Ok(true);
            }
            Self::NestedUndone => {
                let mut tx = tenants.begin(scope).await?;
                let undone: Result<(), PoolError> = tx
                    .transaction(async |tx| {
                        hire(tx, scope, id).await?;
                        Err(PoolError::Query(Error::RollbackTransaction))
                    })
                    .await;
                undone.unwrap_err();
                tx.commit().await?;
            }
            Self::Failing => {
                let failed: Result<(), PoolError> = tenants
                    .transaction(scope, async |tx| {
                        hire(tx, scope, id).await?;
                        Ok(hire(tx, scope, 1).await?)
                    })
                    .await;
                failed.unwrap_err();
            }
            Self::RolledBack => {
                let mut tx = tenants.begin(scope).await?;
                hire(&mut tx, scope, id).await?;
                tx.rollback().await?;
            }
            Self::Raw => {
                let mut tx = tenants.begin(scope).await?;
                let sql = "SELECT tenant_id, id FROM agents WHERE id < $1";
                let rows: Vec<Row> = tx.raw("a test", sql).unwrap().bind::<Integer, _>(100).load().await?;
                assert!(
                    rows.len() == 3 && rows.iter().all(|row| row.tenant_id == *scope.tenant()),
                    "{rows:?}"
                );
                tx.commit().await?;
            }
            Self::Across => {
                let cross_tenant = testing::cross_tenant("a test");
                let mut tx = tenants.across(&cross_tenant).begin().await?;
                let all = agents::table.across_tenants(&cross_tenant).filter(agents::id.lt(100)).count();
                assert_eq!(all.get_result::<i64>(&mut tx).await?, 6);
                tx.commit().await?;
            }
        }
        Ok(false)
    }
}

#[derive(QueryableByName, Debug)]
struct Row {
    #[diesel(sql_type = Integer)]
    tenant_id: i32,
}

/// The rows of both tables that are not the fixture's, as `tenant:id`.
async fn hired(database: &Database) -> Vec<String> {
    let new = |table| {
        format!("SELECT concat_ws(':', tenant_id, id) AS line FROM {table} WHERE id >= 100 ORDER BY 1")
    };
    let agents = database.lines(&new("agents")).await;
    assert_eq!(agents, database.lines(&new("canvases")).await, "one without the other");
    agents
}

/// What a session holds before a transaction of the library's is opened on it: nothing.
async fn assert_clean(pool: &Pool, after: &str) {
    let query = "SELECT concat_ws(':', NULLIF(current_setting('tenancy.tenant', true), ''),
                           pg_current_xact_id_if_assigned()) AS line";
    let borrowed = tokio::time::timeout(Duration::from_secs(10), pool.get()).await;
    let mut connection =
        borrowed.unwrap_or_else(|_| panic!("the connection did not come back: {after}")).unwrap();
    assert_eq!(lines(&mut connection, query).await, [""], "{after}");
}

struct Quiet {
    tenants: TenantPool<Tested>,
    pools: [Pool; 2],
}

/// `TenantPool` over one connection, and one for what spans tenants.
async fn quiet(database: &Database) -> Quiet {
    let pools = [pool(database.application(), 1).await, pool(database.across(), 1).await];
    let [home, across] = pools.clone();
    let tenants = TenantPool::over(home)
        .across_over(across)
        .wall(Wall::plain(database.security()))
        .waive(known_holes())
        .build()
        .await
        .unwrap();
    Quiet { tenants, pools }
}

#[tokio::test(flavor = "multi_thread")]
async fn l88_nothing_is_left_wherever_a_future_is_dropped() {
    let database = Database::new().await;
    let mut superuser = database.superuser().await;
    let scopes = [1, 2].map(testing::scope::<i32>);
    let (mut id, mut committed, mut uncertain) = (100, Vec::new(), Vec::new());
    // How often each operation was dropped when it had begun. The busier the machine, the more is done between two polls.
    let mut drops = [0; OPERATIONS.len()];
    let mut warm = quiet(&database).await;
    for round in 0..ROUNDS {
        for (operation, drops) in OPERATIONS.into_iter().zip(&mut drops) {
            for polls in 0.. {
                // In some rounds, each on a connection that has never seen its statements.
                if round % 4 == 0 {
                    warm = quiet(&database).await;
                }
                id += 1;
                let scope = &scopes[id as usize % 2];
                let after = format!("{operation:?} dropped after {polls} polls in round {round}");
                let result = polled(polls, operation.run(&warm.tenants, scope, id)).await;
                let done = result.is_some();
                settled(&mut superuser).await;
                for pool in &warm.pools {
                    assert_clean(pool, &after).await;
                }
                let row = format!("{}:{id}", scope.tenant());
                match result {
                    Some(Ok(true)) => committed.push(row),
                    Some(Ok(false)) => {}
                    Some(Err(error)) => panic!("{after}: {error}"),
                    None if matches!(operation, Operation::Transaction | Operation::Nested) => {
                        uncertain.push(row)
                    }
                    None => {}
                }
                // The next one on that connection gets its own tenant's rows.
                Operation::Load.run(&warm.tenants, &scopes[(id as usize + 1) % 2], id).await.unwrap();
                if done {
                    break;
                }
                *drops += usize::from(polls > 0);
            }
        }
    }
    drop(warm);
    assert_accounted(&database, &committed, &uncertain).await;
    // The busier the machine, the fewer polls a statement takes.
    assert!(drops.iter().all(|drops| *drops > 0), "dropped under way, of each operation: {drops:?}");
}

/// Refuses to open a transaction on a session that is not clean. It runs ahead of the tenant's setting in every transaction.
const CLEAN: &str = "DO $$ BEGIN
    IF current_setting('tenancy.tenant', true) <> '' OR pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'the session was left dirty';
    END IF;
END $$";

/// How many futures each of the tasks starts.
const FUTURES: usize = 900;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn l88_nothing_is_left_under_load_from_several_tenants() {
    let database = Database::new().await;
    let tenants = database
        .builder()
        .across(database.across())
        .max_connections(2)
        .first_statements(|_| vec![CLEAN.to_owned()])
        .build()
        .await
        .unwrap();
    let ids = Arc::new(AtomicI32::new(100));
    let tasks: Vec<_> = (0..6)
        .map(|task: usize| {
            let (tenants, ids) = (tenants.clone(), ids.clone());
            tokio::spawn(async move {
                let scope = testing::scope(task as i32 % 2 + 1);
                let (mut dropped, mut committed, mut uncertain) = (0, Vec::new(), Vec::new());
                for number in 0..FUTURES {
                    let operation = OPERATIONS[(number * 5 + task) % OPERATIONS.len()];
                    // Long enough for some to be done.
                    let polls = (number * 7 + task) % 13;
                    let id = ids.fetch_add(1, Ordering::Relaxed);
                    let row = format!("{}:{id}", scope.tenant());
                    match polled(polls, operation.run(&tenants, &scope, id)).await {
                        Some(Ok(true)) => committed.push(row),
                        Some(Ok(false)) => {}
                        Some(Err(error)) => panic!("{operation:?}: {error}"),
                        None => {
                            dropped += 1;
                            if matches!(operation, Operation::Transaction | Operation::Nested) {
                                uncertain.push(row);
                            }
                        }
                    }
                }
                (dropped, committed, uncertain)
            })
        })
        .collect();
    let (mut drops, mut committed, mut uncertain) = (0, Vec::new(), Vec::new());
    for task in tasks {
        let (dropped, kept, unknown) = task.await.unwrap();
        drops += dropped;
        committed.extend(kept);
        uncertain.extend(unknown);
    }
    // Both connections are back.
    let scope = testing::scope(1);
    let both = async { (tenants.begin(&scope).await.unwrap(), tenants.begin(&scope).await.unwrap()) };
    drop(tokio::time::timeout(Duration::from_secs(10), both).await.expect("the pool is drained"));
    database.settled().await;
    assert_accounted(&database, &committed, &uncertain).await;
    assert!(drops > 1500 && committed.len() > 50, "{drops} dropped, {} committed", committed.len());
    let fixtures = format!("SELECT line FROM ({AGENTS}) AS agents WHERE line !~ ':[0-9]{{3,}}:'");
    assert_eq!(database.lines(&fixtures).await, FIXTURE);
}

/// What was reported as committed is there, and of the rest only what was dropped when it may have been committing.
async fn assert_accounted(database: &Database, committed: &[String], uncertain: &[String]) {
    let hired = hired(database).await;
    let lost: Vec<_> = committed.iter().filter(|row| !hired.contains(row)).collect();
    assert!(lost.is_empty(), "reported as committed: {lost:?}");
    let stray: Vec<_> =
        hired.iter().filter(|row| !committed.contains(row) && !uncertain.contains(row)).collect();
    assert!(stray.is_empty(), "never committed: {stray:?}");
}

/// Single queries that go by themselves, without a transaction that would be left open.
#[tokio::test(flavor = "multi_thread")]
async fn l88_a_query_by_itself_leaves_nothing_to_the_next_tenant() {
    let database = Database::new().await;
    let builder = TenantPool::<Tested>::builder(database.superusers()).max_connections(1);
    let tenants = builder.without_wall("a query goes by itself").build().await.unwrap();
    let names = async |scope: &Scoped<i32>| -> Vec<String> {
        let query = agents::table.scoped(scope).select(agents::name).order(agents::id);
        tenants.load(scope, query).await.unwrap()
    };
    let both = [(acme(), ["ada", "bob", "cyd"]), (globex(), ["ada", "zoe", "dan"])];
    let mut dropped = 0;
    for polls in 0..300 {
        let (scope, expected) = &both[polls % 2];
        match polled(polls % 6, names(scope)).await {
            Some(found) => assert_eq!(found, expected),
            None => dropped += 1,
        }
        let (scope, expected) = &both[(polls + 1) % 2];
        assert_eq!(names(scope).await, *expected, "after {} polls of another tenant's", polls % 6);
    }
    assert!(dropped > 50, "only {dropped} were dropped in the middle");
}
