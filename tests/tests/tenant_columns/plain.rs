//! The same without a pool: the engine itself refuses an id that a database would change.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::{
    AsyncConnection as _, AsyncMysqlConnection, AsyncPgConnection, SimpleAsyncConnection as _,
};
use tenancy_diesel::{Scoped, insert_into, testing};
use tenancy_pool::{BuildError, TenantPool};
use tenancy_tests::server;

use declared::{modes, notes};

mod declared {
    tenancy_diesel::table! {
        #![tenant_global(modes)]

        notes (id) {
            id -> Integer,
            #[max_length = 8]
            tenant_id -> Varchar,
            body -> Text,
        }

        // A view of the server's own: a tenant's transaction reads no variable.
        modes (mode) {
            mode -> Text,
        }
    }
}

/// An id of the application's own.
#[derive(Debug, Clone, PartialEq, diesel::expression::AsExpression)]
#[diesel(sql_type = Text)]
struct OrgId(String);

impl<DB> diesel::serialize::ToSql<Text, DB> for OrgId
where
    DB: diesel::backend::Backend,
    String: diesel::serialize::ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.0.to_sql(out)
    }
}

/// Ids that one database or the other would change, and why they are refused.
const CHANGED: [(&str, &str); 5] = [
    ("acme ", "white space"),
    (" acme", "white space"),
    ("acme\0", "NUL"),
    ("", "empty"),
    ("acme-corporation", "declared to hold 8"),
];

macro_rules! refused {
    ($run:ident, $connection:expr) => {
        for (id, why) in CHANGED {
            let of_text: Scoped<String> = testing::scope(id.to_owned());
            let of_own: Scoped<OrgId> = testing::scope(OrgId(id.to_owned()));
            let row = (notes::id.eq(1), notes::body.eq("x"));
            let answers = [
                $run!(insert_into(notes::table.scoped(&of_text)).values(row), $connection),
                $run!(insert_into(notes::table.scoped(&of_own)).values(row), $connection),
                $run!(notes::table.scoped(&of_text).select(notes::body), $connection),
                $run!(tenancy_diesel::delete(notes::table.scoped(&of_own)), $connection),
            ];
            for answer in answers {
                let error: diesel::result::Error = answer.map(drop).unwrap_err();
                assert!(error.to_string().contains(why), "{id:?}: {error}");
            }
        }
    };
}

macro_rules! asynchronously {
    ($statement:expr, $connection:expr) => {
        diesel_async::RunQueryDsl::execute($statement, $connection).await
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_postgres_would_change_is_not_sent() {
    let mut connection =
        AsyncPgConnection::establish(&server::fresh_postgres_database("plain")).await.unwrap();
    let table = "CREATE TABLE notes (id integer, tenant_id char(8), body text)";
    connection.batch_execute(table).await.unwrap();
    refused!(asynchronously, &mut connection);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_mariadb_would_change_is_not_sent() {
    let Some(url) = server::fresh_mariadb_database("plain") else { return };
    let mut connection = AsyncMysqlConnection::establish(&url).await.unwrap();
    let table = "CREATE TABLE notes (id integer, tenant_id varchar(8) COLLATE utf8mb4_bin, body text)";
    connection.batch_execute(table).await.unwrap();
    connection.batch_execute("SET sql_mode = ''").await.unwrap();
    refused!(asynchronously, &mut connection);
}

/// On SQLite what an id of the application's own is sent as is not known; the default collation keeps apart what it is.
#[test]
fn a_text_that_sqlite_would_change_is_not_sent() {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection
        .batch_execute("CREATE TABLE notes (id integer, tenant_id text COLLATE RTRIM, body text)")
        .unwrap();
    for (id, why) in CHANGED {
        let scope = testing::scope(id.to_owned());
        let count = notes::table.scoped(&scope).count();
        let error = diesel::RunQueryDsl::get_result::<i64>(count, &mut connection).unwrap_err().to_string();
        assert!(error.contains(why), "{id:?}: {error}");
    }
}

/// The connections that the pool opens are strict, whatever the server's default; those of the application's have to be.
#[tokio::test(flavor = "multi_thread")]
async fn mariadb_does_not_cut_an_id_to_anothers() {
    use crate::databases::{Column as _, Met};

    let Some(url) = server::fresh_mariadb_database("lenient") else { return };
    let mut connection = AsyncMysqlConnection::establish(&url).await.unwrap();
    let table = "CREATE TABLE notes (id integer NOT NULL, tenant_id varchar(8) COLLATE utf8mb4_nopad_bin NOT NULL, body text NOT NULL)";
    connection.batch_execute(table).await.unwrap();
    let pool = TenantPool::<AsyncMysqlConnection>::builder(&*url).build().await.unwrap();
    let modes = "CREATE VIEW modes AS SELECT variable_value AS mode FROM information_schema.session_variables WHERE variable_name = 'SQL_MODE'";
    connection.batch_execute(modes).await.unwrap();
    let mode = modes::table.select(modes::mode);
    let mode: String = pool.get_result(&testing::scope("acme".to_owned()), mode).await.unwrap();
    assert!(mode.contains("STRICT_ALL_TABLES") && mode.contains("NO_ENGINE_SUBSTITUTION"), "{mode}");
    assert_eq!(pool.meet("acme-corporation", "acme-cor").await, Met::Refused);

    let manager =
        AsyncDieselConnectionManager::<AsyncMysqlConnection>::new_with_config(&*url, lenient_setup());
    let theirs = bb8::Pool::builder().max_size(1).test_on_check_out(false).build(manager).await.unwrap();
    let refused = TenantPool::over(theirs).build().await.map(drop).unwrap_err();
    assert!(matches!(refused, BuildError::NotStrict), "{refused}");
}

/// Connections as an application may open them.
fn lenient_setup() -> diesel_async::pooled_connection::ManagerConfig<AsyncMysqlConnection> {
    use futures_util::FutureExt as _;

    let mut config = diesel_async::pooled_connection::ManagerConfig::default();
    config.custom_setup = Box::new(|url| {
        async move {
            let mut connection = AsyncMysqlConnection::establish(url).await?;
            connection
                .batch_execute("SET SESSION sql_mode = ''")
                .await
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        }
        .boxed()
    });
    config
}
