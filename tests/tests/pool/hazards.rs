//! What makes pipelined transactions leak silently: a statement that has to be prepared first, a type that has to be looked
//! up first, and a task that runs out of budget in the middle.
//!
//! The connections belong to a pool of the application's in which each session is somebody else's: whatever runs outside
//! of its transaction sees that tenant's rows, and no error.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Integer, SqlType};
use diesel_async::SimpleAsyncConnection;
use std::io::Write as _;
use tenancy_diesel::{Scoped, delete, insert_into, update};
use tenancy_pool::{PoolError, TenantPool};
use tenancy_rls::Wall;
use tenancy_tests::fixture::acme;
use tenancy_tests::server::known_holes;

use super::budget::{POSITIONS, spend};
use super::walled::{Database, pool};
use crate::{TRAVELS_AS_ONE, Tested};

/// PostgreSQL's type `mood`, whose number has to be asked for.
#[derive(SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "mood"))]
#[allow(unreachable_pub, reason = "a column's type is as public as its table")]
pub struct MoodType;

#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = MoodType)]
enum Mood {
    Happy,
    Sad,
}

impl ToSql<MoodType, Pg> for Mood {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(if *self == Self::Happy { b"happy" } else { b"sad" })?;
        Ok(IsNull::No)
    }
}

impl FromSql<MoodType, Pg> for Mood {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(if value.as_bytes() == b"happy" { Self::Happy } else { Self::Sad })
    }
}

tenancy_diesel::table! {
    use super::MoodType;
    use diesel::sql_types::{Integer, Text};

    posts (id) {
        id -> Integer,
        tenant_id -> Integer,
        mood -> MoodType,
        words -> Text,
    }
}

const TABLE: &str = "
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE posts (
    id INTEGER NOT NULL, tenant_id INTEGER NOT NULL, mood mood NOT NULL, words TEXT NOT NULL, PRIMARY KEY (tenant_id, id)
);
INSERT INTO posts (tenant_id, id, mood, words) VALUES
    (1, 1, 'happy', 'one'), (1, 2, 'sad', 'one'), (1, 3, 'happy', 'one'),
    (2, 1, 'happy', 'other'), (2, 2, 'sad', 'other'), (2, 3, 'happy', 'other'), (2, 4, 'happy', 'other');
";

const POSTS: &str =
    "SELECT concat_ws(':', tenant_id, id, mood, words) AS line FROM posts ORDER BY tenant_id, id";

async fn database() -> Database {
    Database::with(TABLE, |tables| tables.table::<posts::table>()).await
}

/// `TenantPool` over one fresh connection, whose session is GLOBEX'.
async fn stale(database: &Database) -> TenantPool<Tested> {
    let pool = pool(database.application(), 1).await;
    pool.get().await.unwrap().batch_execute("SET tenancy.tenant = '2'").await.unwrap();
    TenantPool::over(pool).wall(Wall::plain(database.security())).waive(known_holes()).build().await.unwrap()
}

#[derive(QueryableByName, Debug, PartialEq)]
struct Row {
    #[diesel(sql_type = Integer)]
    tenant_id: i32,
    #[diesel(sql_type = Integer)]
    id: i32,
}

/// A way to run statements, and that it returned exactly the tenant's rows.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// One read.
    Load,
    /// One read that binds a value of a type to be looked up.
    LoadByMood,
    /// Raw SQL: only the policies decide.
    Raw,
    /// Raw SQL behind another statement, and in a savepoint.
    NestedRaw,
    /// One write of each kind.
    Write,
}

const WAYS: [Way; 5] = [Way::Load, Way::LoadByMood, Way::Raw, Way::NestedRaw, Way::Write];

impl Way {
    async fn run(self, tenants: &TenantPool<Tested>, acme: &Scoped<i32>) -> Result<(), PoolError> {
        let posts = || posts::table.scoped(acme).order(posts::id);
        let ours = |ids: &[i32]| -> Vec<_> { ids.iter().map(|id| Row { tenant_id: 1, id: *id }).collect() };
        let read = "SELECT tenant_id, id FROM posts ORDER BY tenant_id, id";
        match self {
            Self::Load => {
                let rows: Vec<(i32, String)> =
                    tenants.load(acme, posts().select((posts::id, posts::words))).await?;
                assert_eq!(rows, [1, 2, 3].map(|id| (id, "one".to_owned())));
            }
            Self::LoadByMood => {
                let happy = posts().filter(posts::mood.eq(Mood::Happy)).select((posts::id, posts::mood));
                let rows: Vec<(i32, Mood)> = tenants.load(acme, happy).await?;
                assert_eq!(rows, [(1, Mood::Happy), (3, Mood::Happy)]);
            }
            Self::Raw => {
                let mut tx = tenants.begin(acme).await?;
                let rows: Vec<Row> = tx.raw("a test", read).unwrap().load().await?;
                assert_eq!(rows, ours(&[1, 2, 3]));
                let happy = "SELECT tenant_id, id FROM posts WHERE mood = $1 ORDER BY id";
                let rows: Vec<Row> =
                    tx.raw("a test", happy).unwrap().bind::<MoodType, _>(Mood::Happy).load().await?;
                assert_eq!(rows, ours(&[1, 3]));
                tx.commit().await?;
            }
            Self::NestedRaw => {
                let mut tx = tenants.begin(acme).await?;
                tx.transaction(async |tx| {
                    let rows: Vec<Row> = tx.raw("a test", read).unwrap().load().await?;
                    assert_eq!(rows, ours(&[1, 2, 3]));
                    Ok::<_, PoolError>(())
                })
                .await?;
                let changed = tx.raw("a test", "UPDATE posts SET words = 'one'").unwrap().execute().await?;
                assert_eq!(changed, 3);
                tx.commit().await?;
            }
            Self::Write => {
                let row = (posts::id.eq(9), posts::mood.eq(Mood::Sad), posts::words.eq("new"));
                let inserted = insert_into(posts::table.scoped(acme)).values(row);
                assert_eq!(tenants.execute(acme, inserted).await?, 1);
                let changed = update(posts::table.scoped(acme)).filter(posts::mood.eq(Mood::Sad));
                assert_eq!(tenants.execute(acme, changed.set(posts::words.eq("one"))).await?, 2);
                let gone = delete(posts::table.scoped(acme)).filter(posts::id.eq(9));
                assert_eq!(tenants.execute(acme, gone.filter(posts::mood.eq(Mood::Sad))).await?, 1);
            }
        }
        Ok(())
    }
}

/// How many positions are left out. One write that is polled as a whole has no part that could overtake another.
const STEP: usize = if TRAVELS_AS_ONE { 9 } else { 1 };

/// Every way, cold and warm, from every position in the budget.
async fn every_way() {
    let database = database().await;
    let before = database.lines(POSTS).await;
    let acme = acme();
    for way in WAYS {
        // On a connection that has never seen the statement. Raw SQL is never prepared twice, and closes its connection.
        let always_cold = matches!(way, Way::Raw | Way::NestedRaw);
        for units in POSITIONS.step_by(STEP) {
            let tenants = stale(&database).await;
            spend(units).await;
            way.run(&tenants, &acme).await.unwrap_or_else(|error| panic!("{way:?}, cold, {units}: {error}"));
        }
        let tenants = stale(&database).await;
        for units in POSITIONS.step_by(STEP).filter(|_| !always_cold) {
            spend(units).await;
            way.run(&tenants, &acme).await.unwrap_or_else(|error| panic!("{way:?}, warm, {units}: {error}"));
        }
    }
    database.settled().await;
    assert_eq!(database.lines(POSTS).await, before);
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_leaks_on_one_thread() {
    every_way().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_leaks_on_several_threads() {
    // On a worker, not on the thread that waits for the test.
    tokio::spawn(every_way()).await.unwrap();
}

/// The pool is as stale as it is said to be: what the library does not run is GLOBEX'.
#[tokio::test]
async fn the_sessions_are_another_tenants() {
    let database = database().await;
    let pool = pool(database.application(), 1).await;
    let connection = &mut *pool.get().await.unwrap();
    connection.batch_execute("SET tenancy.tenant = '2'").await.unwrap();
    let query = diesel::sql_query("SELECT tenant_id, id FROM posts ORDER BY id");
    let rows: Vec<Row> = diesel_async::RunQueryDsl::load(query, connection).await.unwrap();
    assert_eq!(rows, [1, 2, 3, 4].map(|id| Row { tenant_id: 2, id }));
}
