//! Columns of another type than the declared: numbers and UUIDs in columns of texts.
//!
//! What the database does with two ids that Rust tells apart, without the look of `inspect_tenant_column` and with it.

use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{
    AsyncConnection as _, AsyncMysqlConnection, AsyncPgConnection, SimpleAsyncConnection as _,
};
use tenancy_diesel::{TenantId, delete, insert_into, testing};
use tenancy_pool::{BuildError, TenantPool};
use tenancy_tests::server;

use crate::databases::Met;

mod numbers {
    tenancy_diesel::table! { notes (id) { id -> Integer, tenant_id -> BigInt, body -> Text, } }
}
mod texts {
    tenancy_diesel::table! { notes (id) { id -> Integer, tenant_id -> Text, body -> Text, } }
}
mod bytes {
    tenancy_diesel::table! { notes (id) { id -> Integer, tenant_id -> Binary, body -> Text, } }
}

/// Ids that differ, most of them as neighbours that a floating-point number does not tell apart.
const PAIRS: [[i64; 2]; 6] = [
    [9_007_199_254_740_992, 9_007_199_254_740_993],
    [9_007_199_254_740_993, 9_007_199_254_740_992],
    [i64::MAX, i64::MAX - 1],
    [i64::MIN, i64::MIN + 1],
    [7, -7],
    [7, 70],
];

fn table(column: &str) -> String {
    format!(
        "CREATE TABLE notes (id integer NOT NULL, tenant_id {column} NOT NULL, body varchar(60) NOT NULL)"
    )
}

/// Has the one write, and the other read and delete.
macro_rules! meet {
    ($pool:expr, $notes:path, $ids:expr) => {{
        use $notes as notes;
        let [one, other] = $ids.map(testing::scope);
        let (pool, one, other) = (&$pool, &one, &other);
        let row = (notes::id.eq(1), notes::body.eq("the one's"));
        let bodies = async |scope| -> Vec<String> {
            pool.load(scope, notes::table.scoped(scope).select(notes::body)).await.unwrap_or_default()
        };
        if pool.execute(one, insert_into(notes::table.scoped(one)).values(row)).await.is_err() {
            Met::Refused
        } else if !bodies(other).await.is_empty() {
            Met::Reached("read")
        } else if pool.execute(other, delete(notes::table.scoped(other))).await.unwrap_or_default() > 0 {
            Met::Reached("deleted")
        } else {
            assert_eq!(bodies(one).await, ["the one's"], "its own row is found again");
            assert_eq!(pool.execute(one, delete(notes::table.scoped(one))).await.unwrap(), 1);
            Met::KeptApart
        }
    }};
}

fn coarse<Pool>(built: Result<Pool, BuildError>, shown: &str) {
    match built.err().unwrap_or_else(|| panic!("{shown} is taken for fine")) {
        BuildError::CoarseColumns(columns) => assert_eq!(columns[0].column, "notes.tenant_id", "{shown}"),
        other => panic!("{shown}: {other}"),
    }
}

async fn mariadb(column: &str) -> Option<(TenantPool<AsyncMysqlConnection>, String)> {
    let url = server::fresh_mariadb_database("other_types")?;
    let mut connection = AsyncMysqlConnection::establish(&url).await.unwrap();
    connection.batch_execute(&table(column)).await.unwrap();
    Some((TenantPool::builder(&*url).max_connections(1).build().await.unwrap(), url))
}

async fn sqlite(column: &str, name: &str) -> (TenantPool<SyncConnectionWrapper<SqliteConnection>>, String) {
    let path = std::env::temp_dir().join(format!("tenancy_other_{name}_{}.sqlite3", std::process::id()));
    let path = path.to_str().unwrap().to_owned();
    let _absent = std::fs::remove_file(&path);
    let mut connection = SyncConnectionWrapper::<SqliteConnection>::establish(&path).await.unwrap();
    connection.batch_execute(&table(column)).await.unwrap();
    (TenantPool::builder(&*path).max_connections(1).build().await.unwrap(), path)
}

/// PostgreSQL compares no text with a number: nothing is read, and the pool says so when it is built.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_texts_on_postgres() {
    let url = server::fresh_postgres_database("other_types");
    AsyncPgConnection::establish(&url).await.unwrap().batch_execute(&table("text")).await.unwrap();
    let builder =
        || TenantPool::<AsyncPgConnection>::builder(&*url).without_wall("a test").max_connections(1);
    let pool = builder().build().await.unwrap();
    let scope = &testing::scope(PAIRS[0][0]);
    let read: Result<Vec<String>, _> =
        pool.load(scope, numbers::notes::table.scoped(scope).select(numbers::notes::body)).await;
    assert!(read.unwrap_err().to_string().contains("operator does not exist"));
    let built = builder().inspect_tenant_column::<numbers::notes::table>().build().await;
    assert!(matches!(built, Err(BuildError::TenantColumn { .. })), "{built:?}");
    for column in ["double precision", "real"] {
        let url = server::fresh_postgres_database("other_types");
        AsyncPgConnection::establish(&url).await.unwrap().batch_execute(&table(column)).await.unwrap();
        let builder =
            || TenantPool::<AsyncPgConnection>::builder(&*url).without_wall("a test").max_connections(1);
        assert_eq!(
            meet!(builder().build().await.unwrap(), numbers::notes, PAIRS[1]),
            Met::Reached("read"),
            "{column}"
        );
        coarse(builder().inspect_tenant_column::<numbers::notes::table>().build().await, column);
    }
}

/// MariaDB compares them as whole numbers, exactly; in a column of floating-point numbers neighbours meet, and the look sees it.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_other_columns_on_mariadb() {
    for column in [
        "varchar(64) COLLATE utf8mb4_bin",
        "varchar(64)",
        "char(36)",
        "varbinary(64)",
        "bigint",
        "decimal(20)",
    ] {
        let Some((pool, url)) = mariadb(column).await else { return };
        for ids in PAIRS {
            assert_eq!(meet!(pool, numbers::notes, ids), Met::KeptApart, "{column}: {ids:?}");
        }
        let builder = TenantPool::<AsyncMysqlConnection>::builder(url);
        builder.inspect_tenant_column::<numbers::notes::table>().build().await.unwrap();
    }
    for column in ["double", "float"] {
        let Some((pool, url)) = mariadb(column).await else { return };
        assert_eq!(meet!(pool, numbers::notes, PAIRS[1]), Met::Reached("read"), "{column}");
        let builder = TenantPool::<AsyncMysqlConnection>::builder(url);
        coarse(builder.inspect_tenant_column::<numbers::notes::table>().build().await, column);
    }
}

/// SQLite makes the number a text, as which it has one spelling; in a column of floating-point numbers it is one.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_other_columns_on_sqlite() {
    type Connection = SyncConnectionWrapper<SqliteConnection>;
    for (name, column) in [
        ("text", "text"),
        ("varchar", "varchar(64)"),
        ("blob", "blob"),
        ("int", "integer"),
        ("numeric", "numeric"),
    ] {
        let (pool, path) = sqlite(column, name).await;
        for ids in PAIRS {
            assert_eq!(meet!(pool, numbers::notes, ids), Met::KeptApart, "{column}: {ids:?}");
        }
        let builder = TenantPool::<Connection>::builder(path);
        builder.inspect_tenant_column::<numbers::notes::table>().build().await.unwrap();
    }
    for column in ["real", "double precision", "float"] {
        let (pool, path) = sqlite(column, &column.replace(' ', "_")).await;
        assert_eq!(meet!(pool, numbers::notes, PAIRS[1]), Met::Reached("read"), "{column}");
        let builder = TenantPool::<Connection>::builder(path);
        coarse(builder.inspect_tenant_column::<numbers::notes::table>().build().await, column);
    }
}

/// A UUID as text has one spelling, and no two of them meet, whatever the collation; spelled otherwise by somebody else, it
/// is found where the collation says so.
#[tokio::test(flavor = "multi_thread")]
async fn uuids_in_texts_on_mariadb() {
    let ids: [TenantId; 2] = ["a0000000-0000-4000-8000-00000000000a", "a0000000-0000-4000-8000-00000000000b"]
        .map(|id| id.parse().unwrap());
    for (column, found) in [
        ("char(36) COLLATE utf8mb4_general_ci", 1),
        ("char(36) COLLATE utf8mb4_bin", 0),
        ("varchar(36) CHARACTER SET ascii", 1),
        ("uuid", 1),
    ] {
        let Some((pool, url)) = mariadb(column).await else { return };
        assert_eq!(meet!(pool, texts::notes, ids), Met::KeptApart, "{column}");
        let spelled = format!(
            "DELETE FROM notes; INSERT INTO notes VALUES (2, '{}', 'x')",
            ids[0].to_string().to_uppercase()
        );
        let mut connection = AsyncMysqlConnection::establish(&url).await.unwrap();
        for statement in spelled.split(';') {
            connection.batch_execute(statement).await.unwrap();
        }
        for (id, count) in [(ids[0], found), (ids[1], 0)] {
            let scope = &testing::scope(id);
            let seen: i64 = pool.get_result(scope, texts::notes::table.scoped(scope).count()).await.unwrap();
            assert_eq!(seen, count, "{column}");
        }
    }
}

/// Their bytes in a column of texts are letters, where they are stored at all: the look refuses such a column.
#[tokio::test(flavor = "multi_thread")]
async fn uuids_as_bytes_on_mariadb() {
    // Letters in two cases: the first pair is of a variant that nobody makes, and so may be stored.
    let letters = ["41414141-4141-4141-4141-414141414141", "61414141-4141-4141-4141-414141414141"];
    let usual = ["41414141-4141-4141-a141-414141414141", "61414141-4141-4141-a141-414141414141"];
    let [letters, usual]: [[TenantId; 2]; 2] = [letters, usual].map(|ids| ids.map(|id| id.parse().unwrap()));
    for (column, met, built) in [
        ("char(36)", Met::Reached("read"), false),
        ("char(36) CHARACTER SET latin1", Met::Reached("read"), false),
        ("char(36) COLLATE utf8mb4_bin", Met::KeptApart, false),
        ("binary(16)", Met::KeptApart, true),
        ("varbinary(36)", Met::KeptApart, true),
    ] {
        let Some((pool, url)) = mariadb(column).await else { return };
        assert_eq!(meet!(pool, bytes::notes, letters), met, "{column}");
        let expected = if built { Met::KeptApart } else { Met::Refused };
        assert_eq!(meet!(pool, bytes::notes, usual), expected, "{column}");
        let builder = TenantPool::<AsyncMysqlConnection>::builder(url);
        let found = builder.inspect_tenant_column::<bytes::notes::table>().build().await;
        if built {
            found.unwrap();
        } else {
            coarse(found, column);
        }
    }
}
