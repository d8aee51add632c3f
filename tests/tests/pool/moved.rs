//! Rows that move to another tenant with those that depend on them, where foreign keys pair the tenants.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::{ConnectionError, SqliteConnection};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use tenancy_diesel::{move_rows, testing};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::fixture::{ACME, GLOBEX};
use tenancy_tests::schema::{agents, canvases};

use super::walled::Database;

/// A canvas of the agent that moves; without those of agents that are not there.
const ROWS: [&str; 2] = [
    "DELETE FROM canvases WHERE id IN (4, 5)",
    "INSERT INTO canvases (tenant_id, id, agent_id, title, score) VALUES (1, 9, 3, 'own', 1)",
];

/// A key that pairs the tenants, of such a kind.
fn key(kind: &str) -> String {
    format!(
        "ALTER TABLE canvases ADD CONSTRAINT by_agent FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id) {kind}"
    )
}

const CANVASES: &str =
    "SELECT CONCAT(tenant_id, ':', id) AS line FROM canvases WHERE agent_id = 3 OR id = 9 ORDER BY 1";

/// What becomes of moving ACME's third agent and what depends on it: the agents and the canvases that have moved.
macro_rules! moved {
    ($tenants:expr, $defer:expr) => {{
        let across = testing::cross_tenant("a merger");
        $tenants
            .across(&across)
            .transaction(async |tx| {
                if $defer {
                    tx.defer_keys()?;
                }
                let agents =
                    move_rows(agents::table, &across).from(ACME).to(GLOBEX).find(3).execute(tx).await?;
                let theirs = move_rows(canvases::table, &across).from(ACME).to(GLOBEX);
                let canvases = theirs.filter(canvases::agent_id.eq(3)).execute(tx).await?;
                Ok::<_, PoolError>((agents, canvases))
            })
            .await
    }};
}

fn refused<T: std::fmt::Debug>(moved: Result<T, PoolError>) {
    assert!(
        matches!(
            moved,
            Err(PoolError::Query(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)))
        ),
        "{moved:?}"
    );
}

/// The role across tenants does it behind the wall, whose keys it may not switch off.
#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    for (kind, defer, expected) in [
        ("", false, None),
        // What is not declared so is not deferred.
        ("", true, None),
        ("DEFERRABLE", false, None),
        ("DEFERRABLE", true, Some((1, 1))),
        ("DEFERRABLE INITIALLY DEFERRED", false, Some((1, 1))),
        // The database has moved them.
        ("ON UPDATE CASCADE", false, Some((1, 0))),
        ("ON UPDATE CASCADE", true, Some((1, 0))),
    ] {
        let database =
            Database::with(&format!("{};{};{}", ROWS[0], ROWS[1], key(kind)), |tables| tables).await;
        let tenants = database.builder().across(database.across()).build().await.unwrap();
        let moved = moved!(tenants, defer);
        let whose = match expected {
            Some(expected) => {
                assert_eq!(moved.unwrap(), expected, "{kind}");
                "2:9"
            }
            None => {
                refused(moved);
                "1:9"
            }
        };
        assert_eq!(database.lines(CANVASES).await, [whose], "{kind}");
    }
    let make = format!("{};{};{}", ROWS[0], ROWS[1], key("DEFERRABLE"));
    let database = Database::sealed_with(&make).await;
    let tenants = database.builder().across(database.across()).build().await.unwrap();
    assert_eq!(moved!(tenants, true).unwrap(), (1, 1), "behind a sealed wall");
    assert_eq!(database.lines(CANVASES).await, ["2:9"]);
    // What is left undone is found when the transaction ends.
    let database =
        Database::with(&format!("{};{};{}", ROWS[0], ROWS[1], key("DEFERRABLE")), |tables| tables).await;
    let tenants = database.builder().across(database.across()).build().await.unwrap();
    let across = testing::cross_tenant("a merger");
    let alone = tenants
        .across(&across)
        .transaction(async |tx| {
            tx.defer_keys()?;
            let statement = move_rows(agents::table, &across).from(ACME).to(GLOBEX).find(3);
            Ok::<_, PoolError>(statement.execute(tx).await?)
        })
        .await;
    refused(alone);
    assert_eq!(database.lines(CANVASES).await, ["1:9"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_mariadb() {
    for (kind, expected) in [("", None), ("ON UPDATE CASCADE", Some((1, 0)))] {
        let Some((tenants, database)) = super::mariadb::open().await else { return };
        for statement in [ROWS[0], ROWS[1], &key(kind)] {
            database.run(statement).await;
        }
        match expected {
            Some(expected) => assert_eq!(moved!(tenants, false).unwrap(), expected),
            None => refused(moved!(tenants, false)),
        }
        let whose = if expected.is_some() { "2:9" } else { "1:9" };
        assert_eq!(database.lines(CANVASES).await, [whose]);
        let deferred = moved!(tenants, true);
        assert!(matches!(deferred, Err(PoolError::NoDeferredKeys)), "{deferred:?}");
    }
}

/// SQLite defers any key, on connections that look at keys at all.
#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    type Connection = SyncConnectionWrapper<SqliteConnection>;
    let path = std::env::temp_dir().join(format!("tenancy_moved_{}.sqlite3", std::process::id()));
    let path = path.to_str().unwrap();
    let _absent = std::fs::remove_file(path);
    let table = "CREATE TABLE agents (id INTEGER, tenant_id INTEGER, manager_id INTEGER, plan_id INTEGER, name TEXT, PRIMARY KEY (tenant_id, id));
        CREATE TABLE canvases (id INTEGER, tenant_id INTEGER, agent_id INTEGER, title TEXT, score INTEGER, PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id));
        INSERT INTO agents (tenant_id, id, name) VALUES (1, 3, 'cyd'); INSERT INTO canvases VALUES (9, 1, 3, 'own', 1)";
    Connection::establish(path).await.unwrap().batch_execute(table).await.unwrap();
    let mut config = ManagerConfig::default();
    config.custom_setup = Box::new(|url| {
        async move {
            let mut connection = Connection::establish(url).await?;
            let keys = connection.batch_execute("PRAGMA foreign_keys = ON").await;
            keys.map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        }
        .boxed()
    });
    let manager = AsyncDieselConnectionManager::<Connection>::new_with_config(path, config);
    let pool = bb8::Pool::builder().max_size(1).test_on_check_out(false).build(manager).await.unwrap();
    let tenants = TenantPool::over(pool.clone()).across_over(pool).build().await.unwrap();
    refused(moved!(tenants, false));
    assert_eq!(moved!(tenants, true).unwrap(), (1, 1));
    let globex = tenancy_tests::fixture::globex();
    let theirs: Vec<i32> =
        tenants.load(&globex, canvases::table.scoped(&globex).select(canvases::id)).await.unwrap();
    assert_eq!(theirs, [9]);
}
