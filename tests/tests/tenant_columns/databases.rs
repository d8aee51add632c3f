//! Each database's own columns, and a pool over each of them.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{
    AsyncConnection as _, AsyncMysqlConnection, AsyncPgConnection, SimpleAsyncConnection as _,
};
use tenancy_diesel::{TenantTable, delete, insert_into, testing, update};
use tenancy_pool::{BuildError, PoolError, TenantPool};
use tenancy_tests::server;

tenancy_diesel::table! {
    notes (id) { id -> Integer, tenant_id -> Text, body -> Text, }
}

/// What became of two tenants' rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Met {
    /// Nothing of the one's was the other's.
    KeptApart,
    /// The first id was refused.
    Refused,
    /// The other got hold of what the first had written.
    Reached(&'static str),
}

/// A pool over one column of one database.
pub(crate) trait Column {
    /// Has the one write, and the other try to read it, change it and delete it.
    async fn meet(&self, one: &str, other: &str) -> Met;
}

/// The same for each connection: Diesel's bounds for all of them at once are longer than this.
macro_rules! column {
    ($connection:ty) => {
        impl Column for TenantPool<$connection> {
            async fn meet(&self, one: &str, other: &str) -> Met {
                let (one, other) = (&testing::scope(one.to_owned()), &testing::scope(other.to_owned()));
                let row = (notes::id.eq(1), notes::body.eq("the one's"));
                if self.execute(one, insert_into(notes::table.scoped(one)).values(row)).await.is_err() {
                    return Met::Refused;
                }
                let bodies = async |scope| -> Result<Vec<String>, PoolError> {
                    self.load(scope, notes::table.scoped(scope).select(notes::body)).await
                };
                let changes = update(notes::table.scoped(other)).set(notes::body.eq("the other's"));
                let met = if !bodies(other).await.unwrap_or_default().is_empty() {
                    Met::Reached("read")
                } else if self.execute(other, changes).await.unwrap_or_default() > 0 {
                    Met::Reached("changed")
                } else if self.execute(other, delete(notes::table.scoped(other))).await.unwrap_or_default()
                    > 0
                {
                    Met::Reached("deleted")
                } else {
                    let row = (notes::id.eq(2), notes::body.eq("the other's"));
                    // It may be refused.
                    let _written =
                        self.execute(other, insert_into(notes::table.scoped(other)).values(row)).await;
                    let own = bodies(one).await.unwrap();
                    if own == ["the one's"] { Met::KeptApart } else { Met::Reached("written to") }
                };
                for scope in [one, other] {
                    let _cleaned = self.execute(scope, delete(notes::table.scoped(scope))).await;
                }
                met
            }
        }
    };
}

column!(AsyncPgConnection);
column!(AsyncMysqlConnection);
column!(SyncConnectionWrapper<SqliteConnection>);

/// The statement that makes the table with such a tenant column.
fn table(column: &str) -> String {
    format!("CREATE TABLE notes (id integer NOT NULL, tenant_id {column} NOT NULL, body text NOT NULL)")
}

pub(crate) async fn postgres<T: TenantTable<TenantColumn: Expression<SqlType: 'static>>>(
    column: &str,
) -> Result<TenantPool<AsyncPgConnection>, BuildError> {
    let url = server::fresh_postgres_database("columns");
    let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
    let kinds = "CREATE EXTENSION citext;
        CREATE COLLATION coarse (provider = icu, locale = 'und-u-ks-level1', deterministic = false)";
    connection.batch_execute(kinds).await.unwrap();
    connection.batch_execute(&table(column)).await.unwrap();
    TenantPool::builder(url)
        .without_wall("the database's equality is what is tested")
        .max_connections(2)
        .inspect_tenant_column::<T>()
        .build()
        .await
}

/// `None` where MariaDB is not installed.
pub(crate) async fn mariadb<T: TenantTable<TenantColumn: Expression<SqlType: 'static>>>(
    column: &str,
) -> Option<Result<TenantPool<AsyncMysqlConnection>, BuildError>> {
    let url = server::fresh_mariadb_database("columns")?;
    let mut connection = AsyncMysqlConnection::establish(&url).await.unwrap();
    connection.batch_execute(&table(column)).await.unwrap();
    let builder = TenantPool::builder(url).max_connections(2).inspect_tenant_column::<T>();
    Some(builder.build().await)
}

pub(crate) async fn sqlite<T: TenantTable<TenantColumn: Expression<SqlType: 'static>>>(
    column: &str,
) -> Result<TenantPool<SyncConnectionWrapper<SqliteConnection>>, BuildError> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("tenancy_columns_{}_{number}.sqlite3", std::process::id()));
    let path = path.to_str().unwrap();
    let _absent = std::fs::remove_file(path);
    let mut connection = SyncConnectionWrapper::<SqliteConnection>::establish(path).await.unwrap();
    connection.batch_execute(&table(column)).await.unwrap();
    TenantPool::builder(path).max_connections(1).inspect_tenant_column::<T>().build().await
}
