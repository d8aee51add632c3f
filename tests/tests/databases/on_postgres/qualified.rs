//! A table in a schema of its own, with a tenant column of another name and a key that leads with it.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tenancy_diesel::{delete, insert_into, testing, update};
use tenancy_tests::fixture::{acme, globex};

use super::{RunQueryDsl, connect, run};

tenancy_diesel::table! {
    #[tenant_scoped(org_id)]
    accounting.clients (org_id, id) {
        id -> Integer,
        org_id -> Integer,
        name -> Text,
    }

    #[tenant_scoped(org_id)]
    accounting.invoices (org_id, id) {
        id -> Integer,
        org_id -> Integer,
        client_id -> Integer,
        amount -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(clients, invoices);

/// `public.invoices` is there to be taken by a statement that forgets the schema.
const TABLES: &str = "
CREATE SCHEMA accounting;
CREATE TABLE accounting.clients (org_id INTEGER, id INTEGER, name TEXT NOT NULL, PRIMARY KEY (org_id, id));
CREATE TABLE accounting.invoices (
    org_id INTEGER, id INTEGER, client_id INTEGER NOT NULL, amount BIGINT NOT NULL, PRIMARY KEY (org_id, id)
);
INSERT INTO accounting.clients (org_id, id, name) VALUES (1, 1, 'ada'), (1, 2, 'bob'), (1, 3, 'cyd'), (2, 1, 'zoe');
CREATE TABLE invoices (LIKE accounting.invoices INCLUDING ALL);
INSERT INTO accounting.invoices (org_id, id, client_id, amount) VALUES (1, 1, 1, 10), (1, 2, 2, 20), (2, 1, 1, 100);
INSERT INTO invoices (org_id, id, client_id, amount) VALUES (1, 1, 1, -1), (1, 9, 1, -9);
";

#[tokio::test]
async fn reads_are_qualified_and_scoped() {
    let Some(connection) = &mut connect().await else { return };
    run(connection, TABLES).await.unwrap();
    let scope = &acme();
    let amounts = invoices::table.scoped(scope).or_filter(invoices::amount.gt(0)).select(invoices::amount);
    assert_eq!(amounts.order(invoices::id).load::<i64>(connection).await.unwrap(), [10, 20]);
    // The key within the tenant is what is left of the key.
    let amount = invoices::table.scoped(&globex()).find(1).select(invoices::amount);
    assert_eq!(amount.first::<i64>(connection).await.unwrap(), 100);
    let query = clients::table
        .scoped(scope)
        .left_join(invoices::table.scoped(scope).on(invoices::client_id.eq(clients::id)))
        .select((clients::name, invoices::amount.nullable()))
        .order(clients::id);
    let rows: Vec<(String, Option<i64>)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [("ada".into(), Some(10)), ("bob".into(), Some(20)), ("cyd".into(), None)]);
}

#[tokio::test]
async fn an_alias_is_qualified_and_scoped() {
    let Some(connection) = &mut connect().await else { return };
    run(connection, TABLES).await.unwrap();
    let scope = &acme();
    let larger = tenancy_diesel::alias!(invoices as larger);
    let query = invoices::table
        .scoped(scope)
        .inner_join(larger.scoped(scope).on(larger.field(invoices::amount).gt(invoices::amount)))
        .select((invoices::id, larger.field(invoices::id)));
    assert_eq!(query.load::<(i32, i32)>(connection).await.unwrap(), [(1, 2)]);
}

#[tokio::test]
async fn writes_are_qualified_and_scoped() {
    let Some(connection) = &mut connect().await else { return };
    run(connection, TABLES).await.unwrap();
    let table = invoices::table.scoped(&acme());
    let row = |id, amount| (invoices::id.eq(id), invoices::client_id.eq(1), invoices::amount.eq(amount));
    assert_eq!(insert_into(table).values(row(3, 30_i64)).execute(connection).await.unwrap(), 1);
    let upsert = insert_into(table)
        .values(row(1, 11_i64))
        .on_conflict(invoices::id)
        .do_update()
        .set(invoices::amount.eq(excluded(invoices::amount)))
        .returning(invoices::amount);
    assert_eq!(upsert.get_result::<i64>(connection).await.unwrap(), 11);
    let statement = update(table).find(2).filter(invoices::amount.lt(100)).set(invoices::amount.eq(22));
    assert_eq!(statement.returning(invoices::org_id).get_result::<i32>(connection).await.unwrap(), 1);
    let statement = delete(table).filter(invoices::amount.eq(30).or(invoices::amount.lt(0)));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);

    let across = testing::cross_tenant("check all rows");
    let query =
        invoices::table.across_tenants(&across).select((invoices::org_id, invoices::id, invoices::amount));
    let rows: Vec<(i32, i32, i64)> =
        query.order((invoices::org_id, invoices::id)).load(connection).await.unwrap();
    assert_eq!(rows, [(1, 1, 11), (1, 2, 22), (2, 1, 100)]);
    let untouched =
        diesel::dsl::sql::<diesel::sql_types::BigInt>("(SELECT SUM(amount)::bigint FROM public.invoices)");
    assert_eq!(diesel::select(untouched).get_result::<i64>(connection).await.unwrap(), -10);
}
