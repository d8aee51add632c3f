//! What statements return of the rows they wrote.

use diesel::prelude::*;
use tenancy_diesel::{delete, insert_into, testing, update};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{RunQueryDsl, connect};

#[derive(Queryable, Selectable, Debug, PartialEq)]
#[diesel(table_name = canvases)]
struct Canvas {
    id: i32,
    score: i32,
}

#[derive(Insertable)]
#[diesel(table_name = canvases)]
struct NewCanvas<'a> {
    id: i32,
    agent_id: i32,
    title: &'a str,
    score: Option<i32>,
}

const SUN: NewCanvas<'static> = NewCanvas { id: 6, agent_id: 1, title: "sun", score: None };

#[tokio::test]
async fn an_insert_returns_the_stamped_row() {
    let Some(connection) = &mut connect().await else { return };
    let insert =
        |id| insert_into(agents::table.scoped(&acme())).values((agents::id.eq(id), agents::name.eq("n")));
    let row: (i32, i32, Option<i32>, Option<i32>, String) = insert(7).get_result(connection).await.unwrap();
    assert_eq!(row, (7, 1, None, None, "n".into()));
    delete(agents::table.scoped(&acme())).find(7).execute(connection).await.unwrap();
    let tenant: i32 = insert(8).returning(agents::tenant_id).get_result(connection).await.unwrap();
    assert_eq!(tenant, 1);
}

#[tokio::test]
async fn a_batch_returns_its_rows() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&globex());
    // On SQLite such a batch is one statement, so its rows leave the same columns out.
    let batch = vec![SUN, NewCanvas { id: 7, ..SUN }];
    let statement = insert_into(table).values(&batch).returning(Canvas::as_returning());
    let rows: Vec<Canvas> = statement.get_results(connection).await.unwrap();
    assert_eq!(rows, [Canvas { id: 6, score: 7 }, Canvas { id: 7, score: 7 }]);
    let none: Vec<NewCanvas<'_>> = Vec::new();
    let statement = insert_into(table).values(&none).returning(Canvas::as_returning());
    let rows: Vec<Canvas> = statement.get_results(connection).await.unwrap();
    assert_eq!(rows, []);
}

#[tokio::test]
async fn rows_of_a_query_are_returned() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let selected = agents::table.scoped(scope).select((agents::id + 10, agents::id, agents::name));
    let mut ids: Vec<i32> = insert_into(canvases::table.scoped(scope))
        .from_select(selected, (canvases::id, canvases::agent_id, canvases::title))
        .returning(canvases::id)
        .get_results(connection)
        .await
        .unwrap();
    ids.sort_unstable();
    assert_eq!(ids, [11, 12, 14]);
}

#[tokio::test]
async fn an_update_returns_the_tenants_rows_only() {
    let Some(connection) = &mut connect().await else { return };
    let statement = update(canvases::table.scoped(&acme()))
        .filter(canvases::title.eq("sun").or(canvases::score.gt(100)))
        .set(canvases::score.eq(canvases::score + 1))
        .returning(Canvas::as_returning());
    let mut rows: Vec<Canvas> = statement.load(connection).await.unwrap();
    rows.sort_by_key(|row| row.id);
    assert_eq!(rows, [Canvas { id: 1, score: 11 }, Canvas { id: 3, score: 31 }]);
    let statement = update(canvases::table.scoped(&acme())).find(5).set(canvases::score.eq(0));
    let row = statement.get_result::<(i32, i32, i32, String, i32)>(connection).await.optional();
    assert_eq!(row.unwrap(), None);
}

#[tokio::test]
async fn a_delete_returns_the_tenants_rows_only() {
    let Some(connection) = &mut connect().await else { return };
    let statement = delete(canvases::table.scoped(&globex())).filter(canvases::title.ne("far"));
    let mut rows: Vec<(i32, i32)> =
        statement.returning((canvases::tenant_id, canvases::id)).get_results(connection).await.unwrap();
    rows.sort_unstable();
    assert_eq!(rows, [(2, 1), (2, 2)]);
    let row = delete(canvases::table.scoped(&acme())).find(1).returning(Canvas::as_returning());
    let row: Canvas = row.get_result(connection).await.unwrap();
    assert_eq!(row, Canvas { id: 1, score: 10 });
}

#[tokio::test]
async fn across_tenants_every_tenants_rows_are_returned() {
    let Some(connection) = &mut connect().await else { return };
    let across = testing::cross_tenant("reset the scores");
    let statement = update(canvases::table.write_across_tenants(&across)).find(1).set(canvases::score.eq(0));
    let mut tenants: Vec<i32> = statement.returning(canvases::tenant_id).load(connection).await.unwrap();
    tenants.sort_unstable();
    assert_eq!(tenants, [1, 2]);
    let statement = delete(canvases::table.write_across_tenants(&across)).filter(canvases::score.eq(0));
    let mut tenants: Vec<i32> = statement.returning(canvases::tenant_id).load(connection).await.unwrap();
    tenants.sort_unstable();
    assert_eq!(tenants, [1, 2]);
}
