//! Predicates, selections, orders and limits on one table.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tenancy_tests::fixture::{ACME, GLOBEX, acme, globex};
use tenancy_tests::schema::agents;

use super::{RunQueryDsl, connect};

#[tokio::test]
async fn the_bare_source_has_the_tenants_rows_in_declared_order() {
    let Some(connection) = &mut connect().await else { return };
    let mut rows: Vec<(i32, i32, Option<i32>, Option<i32>, String)> =
        agents::table.scoped(&acme()).load(connection).await.unwrap();
    rows.sort();
    assert_eq!(
        rows,
        [
            (1, ACME, None, Some(1), "ada".into()),
            (2, ACME, Some(1), Some(2), "bob".into()),
            (3, ACME, Some(1), None, "cyd".into())
        ]
    );
}

#[tokio::test]
async fn filters_narrow() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&acme()).filter(agents::id.ge(2)).filter(agents::name.ne("cyd"));
    let names: Vec<String> = query.select(agents::name).load(connection).await.unwrap();
    assert_eq!(names, ["bob"]);
}

#[tokio::test]
async fn each_scope_reads_its_own() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), [1, 2, 3]), (globex(), [1, 2, 4])] {
        let query = agents::table.scoped(&scope).select(agents::id).order(agents::id);
        assert_eq!(query.load::<i32>(connection).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn or_filter_widens_only_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table
        .scoped(&acme())
        .filter(agents::id.eq(2))
        .or_filter(agents::name.eq("zoe"))
        .or_filter(agents::id.eq(4))
        .or_filter(agents::tenant_id.eq(GLOBEX))
        .or_filter(agents::name.eq("ada"));
    let rows: Vec<(i32, i32)> =
        query.select((agents::tenant_id, agents::id)).order(agents::id).load(connection).await.unwrap();
    assert_eq!(rows, [(ACME, 1), (ACME, 2)]);
}

#[tokio::test]
async fn a_raw_predicate_that_closes_the_parenthesis_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table
        .scoped(&acme())
        .filter(agents::id.eq(1))
        .filter(sql::<Bool>("1=1) OR (1=1"))
        .select((agents::tenant_id, agents::id))
        .order(agents::id);
    let rows: Vec<(i32, i32)> = query.load(connection).await.unwrap();
    // The escape works, as far as the source goes.
    assert_eq!(rows, [(ACME, 1), (ACME, 2), (ACME, 3)]);
}

#[tokio::test]
async fn find_knows_the_key_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let name = agents::table.scoped(&acme()).find(2).select(agents::name).first::<String>(connection).await;
    assert_eq!(name.unwrap(), "bob");
    let name = agents::table.scoped(&globex()).find(2).select(agents::name).first::<String>(connection).await;
    assert_eq!(name.unwrap(), "zoe");
}

#[tokio::test]
async fn a_foreign_row_is_not_found() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&acme()).find(4).select(agents::name);
    assert_eq!(query.first::<String>(connection).await, Err(diesel::NotFound));
    assert_eq!(query.get_result::<String>(connection).await.optional().unwrap(), None);
}

#[tokio::test]
async fn first_and_get_results_read_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&globex()).select(agents::name).order(agents::id.desc());
    assert_eq!(query.first::<String>(connection).await.unwrap(), "dan");
    assert_eq!(query.get_results::<String>(connection).await.unwrap(), ["dan", "zoe", "ada"]);
}

#[tokio::test]
async fn limit_and_offset_count_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&globex()).select(agents::id).order(agents::id).limit(2).offset(1);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [2, 4]);
}

#[tokio::test]
async fn distinct_sees_the_tenants_values() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&acme()).select(agents::manager_id.is_null()).distinct();
    let mut values = query.load::<bool>(connection).await.unwrap();
    values.sort_unstable();
    assert_eq!(values, [false, true]);
    let query =
        agents::table.scoped(&globex()).filter(agents::id.ne(2)).select(agents::manager_id).distinct();
    assert_eq!(query.load::<Option<i32>>(connection).await.unwrap(), [Some(2)]);
}

#[tokio::test]
async fn the_tenant_column_can_be_read_and_compared() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&acme()).filter(agents::tenant_id.eq(GLOBEX)).select(agents::id);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [0; 0]);
    let query =
        agents::table.scoped(&acme()).order((agents::tenant_id, agents::id)).select(agents::tenant_id);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [ACME; 3]);
}
