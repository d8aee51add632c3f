//! What only SQLite does: an INTEGER PRIMARY KEY is the row's number, and a key that has it in it is no conflict's target.

use diesel::prelude::*;
use tenancy_diesel::{Scoped, insert_into, testing};

use super::{RunQueryDsl, connect, run};

tenancy_diesel::table! { tools (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }

const COLUMNS: &str = "tenant_id INTEGER NOT NULL, name TEXT NOT NULL";
const ROWS: &str = "INSERT INTO tools (tenant_id, id, name) VALUES (1, 1, 'saw'), (2, 2, 'axe')";

async fn connect_with(key: &str, unique: &str) -> super::Connection {
    let mut connection = connect().await.expect("SQLite opens");
    run(&mut connection, &format!("CREATE TABLE tools ({key}, {COLUMNS}, {unique}); {ROWS}"))
        .await
        .expect("the table");
    connection
}

async fn upsert(scope: &Scoped<i32>, id: i32, connection: &mut super::Connection) -> QueryResult<usize> {
    insert_into(tools::table.scoped(scope))
        .values((tools::id.eq(id), tools::name.eq("new")))
        .on_conflict(tools::id)
        .do_update()
        .set(tools::name.eq("new"))
        .execute(connection)
        .await
}

async fn contents(connection: &mut super::Connection) -> Vec<(i32, i32, String)> {
    let everything = testing::cross_tenant("a test");
    let rows = tools::table.across_tenants(&everything).order((tools::tenant_id, tools::id));
    rows.select((tools::tenant_id, tools::id, tools::name)).load(connection).await.expect("rows")
}

fn rows(rows: &[(i32, i32, &str)]) -> Vec<(i32, i32, String)> {
    rows.iter().map(|(tenant, id, name)| (*tenant, *id, (*name).to_owned())).collect()
}

#[tokio::test]
async fn a_key_with_the_rows_number_in_it_is_no_target() {
    let scope = testing::scope(1);
    for unique in ["UNIQUE (tenant_id, id)", "UNIQUE (id, tenant_id)"] {
        let connection = &mut connect_with("id INTEGER PRIMARY KEY", unique).await;
        for id in [1, 2, 3] {
            let error = upsert(&scope, id, connection).await.unwrap_err().to_string();
            assert_eq!(error, "ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint");
        }
        assert_eq!(contents(connection).await, rows(&[(1, 1, "saw"), (2, 2, "axe")]));
    }
}

#[tokio::test]
async fn a_key_of_the_tenant_and_the_id_is_one() {
    let connection = &mut connect_with("id INTEGER NOT NULL", "PRIMARY KEY (tenant_id, id)").await;
    for id in [1, 2] {
        assert_eq!(upsert(&testing::scope(1), id, connection).await, Ok(1));
    }
    assert_eq!(contents(connection).await, rows(&[(1, 1, "new"), (1, 2, "new"), (2, 2, "axe")]));
}

/// INT, which is not the row's number, beside a key with the tenant.
#[tokio::test]
async fn and_so_it_is_beside_an_id_that_is_unique_over_all_tenants() {
    let connection = &mut connect_with("id INT NOT NULL PRIMARY KEY", "UNIQUE (tenant_id, id)").await;
    assert_eq!(upsert(&testing::scope(1), 1, connection).await, Ok(1));
    let theirs = upsert(&testing::scope(1), 2, connection).await.unwrap_err().to_string();
    assert_eq!(theirs, "UNIQUE constraint failed: tools.id");
    assert_eq!(contents(connection).await, rows(&[(1, 1, "new"), (2, 2, "axe")]));
}
