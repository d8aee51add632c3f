//! Writers of one tenant, each with the history of what was acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::testing;
use tenancy_diesel::{delete, insert_into, update};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool, TenantTransaction};
use tokio::task::JoinHandle;

use crate::schema::{boards, marks, notes};
use crate::world::{TENANT, World};

/// Where a writer's own keys begin: it writes no row of another's.
const FIRST: i32 = 1_000_000;

type Tx = TenantTransaction<AsyncPgConnection, i32>;

/// What one writer has had acknowledged: its boards' slugs and versions, its notes' versions, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    boards: BTreeMap<i32, (String, i32)>,
    notes: BTreeMap<i32, (i32, i32)>,
}

/// Writers that go on until they are asked for what they wrote.
pub(crate) struct Writers {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<History>>,
    /// What earlier writers have had acknowledged.
    before: History,
}

impl Writers {
    pub(crate) async fn start(world: &World, count: i32) -> Self {
        Self::after(world, count, History::default()).await
    }

    /// Beside the rows of writers that have ended.
    pub(crate) async fn after(world: &World, count: i32, before: History) -> Self {
        /// No two write the same keys.
        static NUMBER: AtomicI32 = AtomicI32::new(1);

        let pool = world.pool().await;
        let (stop, acknowledged, refused) = (Arc::default(), Arc::default(), Arc::default());
        let mut writers = Self { stop, acknowledged, refused, tasks: Vec::new(), before };
        for _ in 0..count {
            let number = NUMBER.fetch_add(1, Ordering::SeqCst);
            let writer = Writer {
                pool: pool.clone(),
                next: FIRST * number,
                first: FIRST * number,
                history: History::default(),
                random: fastrand::Rng::with_seed(u64::try_from(number).unwrap()),
            };
            let (stop, acknowledged, refused) =
                (writers.stop.clone(), writers.acknowledged.clone(), writers.refused.clone());
            writers.tasks.push(tokio::spawn(writer.write(stop, acknowledged, refused)));
        }
        writers
    }

    /// Waits until that many more writes were acknowledged.
    pub(crate) async fn wait_for(&self, more: u64) {
        let wanted = self.acknowledged.load(Ordering::SeqCst) + more;
        for _ in 0..6_000 {
            if self.acknowledged.load(Ordering::SeqCst) >= wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!(
            "the writers are not served: {} acknowledged, {wanted} wanted",
            self.acknowledged.load(Ordering::SeqCst)
        );
    }

    /// Ends them, and answers with all that was acknowledged.
    pub(crate) async fn end(self) -> History {
        self.stop.store(true, Ordering::SeqCst);
        let mut all = self.before;
        for task in self.tasks {
            let History { boards, notes } = task.await.unwrap();
            all.boards.extend(boards);
            all.notes.extend(notes);
        }
        println!(
            "{} writes acknowledged, {} refused",
            self.acknowledged.load(Ordering::SeqCst),
            self.refused.load(Ordering::SeqCst)
        );
        all
    }
}

struct Writer {
    pool: TenantPool<AsyncPgConnection>,
    first: i32,
    next: i32,
    history: History,
    random: fastrand::Rng,
}

impl Writer {
    async fn write(
        mut self,
        stop: Arc<AtomicBool>,
        acknowledged: Arc<AtomicU64>,
        refused: Arc<AtomicU64>,
    ) -> History {
        while !stop.load(Ordering::SeqCst) {
            let mut then = self.history.clone();
            let next = self.next;
            match self.one(&mut then).await {
                Ok(()) => {
                    self.history = then;
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
                Err(PoolError::Query(error)) if !is_retried(&error) => panic!("a write was lost: {error:?}"),
                Err(_) => {
                    // As a client does that is told to try again: a key is used again too.
                    self.next = next;
                    refused.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
        self.history
    }

    /// One transaction, of one to four statements.
    async fn one(&mut self, then: &mut History) -> Result<(), PoolError> {
        let scope = testing::scope(TENANT);
        let pool = self.pool.clone();
        let some = |random: &mut fastrand::Rng, ids: Vec<i32>| {
            (!ids.is_empty()).then(|| ids[random.usize(..ids.len())])
        };
        let board = some(&mut self.random, then.boards.keys().copied().collect());
        let other = some(&mut self.random, then.boards.keys().copied().collect());
        let note = some(&mut self.random, then.notes.keys().copied().collect());
        let (kind, first) = (self.random.u8(..7), self.first);
        let id = self.next;
        self.next += 1;
        match (kind, board, other, note) {
            (1, Some(board), ..) => {
                let version = then.boards[&board].1 + 1;
                pool.transaction(&scope, async |tx| {
                    update(boards::table.scoped(&scope))
                        .filter(boards::id.eq(board))
                        .set(boards::version.eq(version))
                        .execute(tx)
                        .await?;
                    Ok::<_, PoolError>(())
                })
                .await?;
                then.boards.get_mut(&board).unwrap().1 = version;
            }
            (2, Some(board), ..) => {
                // Its notes go with it, and their marks.
                pool.transaction(&scope, async |tx| {
                    delete(boards::table.scoped(&scope)).filter(boards::id.eq(board)).execute(tx).await?;
                    Ok::<_, PoolError>(())
                })
                .await?;
                then.boards.remove(&board);
                then.notes.retain(|_, (of, _)| *of != board);
            }
            // Two boards swap their slugs: in no order of the rows by themselves is each slug there once.
            (3, Some(board), Some(other), _) if board != other => {
                let (one, two) = (then.boards[&board].0.clone(), then.boards[&other].0.clone());
                pool.transaction(&scope, async |tx| {
                    rename(tx, board, &format!("swap of {first}")).await?;
                    rename(tx, other, &one).await?;
                    rename(tx, board, &two).await
                })
                .await?;
                then.boards.get_mut(&board).unwrap().0 = two;
                then.boards.get_mut(&other).unwrap().0 = one;
            }
            (4, _, _, Some(note)) => {
                let version = then.notes[&note].1 + 1;
                pool.transaction(&scope, async |tx| {
                    update(notes::table.scoped(&scope))
                        .filter(notes::id.eq(note))
                        .set(notes::version.eq(version))
                        .execute(tx)
                        .await?;
                    Ok::<_, PoolError>(())
                })
                .await?;
                then.notes.get_mut(&note).unwrap().1 = version;
            }
            (5, Some(board), ..) => {
                let note: i32 = pool
                    .transaction(&scope, async |tx| {
                        let note = insert_into(notes::table.scoped(&scope))
                            .values((notes::board_id.eq(board), notes::body.eq("new"), notes::version.eq(0)))
                            .returning(notes::id)
                            .get_result(tx)
                            .await?;
                        insert_into(marks::table.scoped(&scope))
                            .values(marks::note_id.eq(note))
                            .execute(tx)
                            .await?;
                        Ok::<_, PoolError>(note)
                    })
                    .await?;
                then.notes.insert(note, (board, 0));
            }
            _ => {
                let slug = format!("w{id}");
                pool.transaction(&scope, async |tx| {
                    insert_into(boards::table.scoped(&scope))
                        .values((
                            boards::id.eq(id),
                            boards::slug.eq(&slug),
                            boards::name.eq("new"),
                            boards::version.eq(0),
                        ))
                        .execute(tx)
                        .await?;
                    Ok::<_, PoolError>(())
                })
                .await?;
                then.boards.insert(id, (slug, 0));
            }
        }
        Ok(())
    }
}

async fn rename(tx: &mut Tx, board: i32, slug: &str) -> Result<(), PoolError> {
    let scope = testing::scope(TENANT);
    update(boards::table.scoped(&scope))
        .filter(boards::id.eq(board))
        .set(boards::slug.eq(slug))
        .execute(tx)
        .await?;
    Ok(())
}

/// What a client is told to try again: 40001, of the fence.
fn is_retried(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    matches!(error, Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _))
        || matches!(error, Error::QueryBuilderError(source) if source.downcast_ref::<PoolError>().is_some())
}

/// What a place has of the writers' rows: every acknowledged write, once, and nothing else.
pub(crate) fn found(world: &World, database: &str, schema: &str) -> History {
    let mut history = History::default();
    let lines = world.lines(
        database,
        &format!("SELECT concat_ws('|', id, slug, version) AS line FROM {schema}.boards WHERE tenant_id = {TENANT} AND id >= {FIRST}"),
    );
    for line in lines {
        let parts: Vec<_> = line.split('|').collect();
        let before = history
            .boards
            .insert(parts[0].parse().unwrap(), (parts[1].to_owned(), parts[2].parse().unwrap()));
        assert_eq!(before, None, "{line} is there twice");
    }
    let lines = world.lines(
        database,
        &format!(
            "SELECT concat_ws('|', n.id, n.board_id, n.version) AS line FROM {schema}.notes AS n JOIN {schema}.boards AS b ON b.id = n.board_id
              WHERE b.tenant_id = {TENANT} AND n.board_id >= {FIRST}"
        ),
    );
    for line in lines {
        let parts: Vec<i32> = line.split('|').map(|part| part.parse().unwrap()).collect();
        assert_eq!(history.notes.insert(parts[0], (parts[1], parts[2])), None, "{line} is there twice");
    }
    history
}
