//! `operating.md`: MariaDB.

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection as _};
use tenancy_diesel::prelude::*;
use tenancy_diesel::{insert_into, testing, update};
use tenancy_tests::server;

use crate::app::schema::settings;

/// As `set_theme`, on MariaDB. The key is the tenant alone, so there is no upsert.
async fn set_theme(
    scope: &Scoped<i32>,
    theme: &str,
    connection: &mut AsyncMysqlConnection,
) -> QueryResult<usize> {
    connection
        .transaction(async |connection| {
            let row = settings::table.scoped(scope).for_update().count();
            let theme = settings::theme.eq(theme);
            match row.get_result::<i64>(connection).await? {
                0 => insert_into(settings::table.scoped(scope)).values(theme).execute(connection).await,
                _ => update(settings::table.scoped(scope)).set(theme).execute(connection).await,
            }
        })
        .await
}

#[tokio::test]
async fn one_row_a_tenant_on_mariadb() {
    let Some(url) = server::fresh_mariadb_database("guides") else { return };
    let mut connection = AsyncMysqlConnection::establish(&url).await.unwrap();
    let table = "CREATE TABLE settings (tenant_id INTEGER NOT NULL PRIMARY KEY, theme VARCHAR(20) NOT NULL)";
    connection.batch_execute(table).await.unwrap();
    let (acme, globex) = (&testing::scope(1), &testing::scope(2));
    for (scope, theme) in [(acme, "dark"), (globex, "dark"), (acme, "light"), (acme, "light")] {
        set_theme(scope, theme, &mut connection).await.unwrap();
    }
    let themes = settings::table.scoped(acme).select(settings::theme);
    let themes: Vec<String> = themes.load(&mut connection).await.unwrap();
    assert_eq!(themes, ["light"]);
}
