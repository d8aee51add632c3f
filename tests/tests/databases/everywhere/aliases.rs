//! A table joined with itself.

use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{RunQueryDsl, connect};

#[tokio::test]
async fn an_alias_pairs_rows_of_one_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let managers = tenancy_diesel::alias!(agents as managers);
    for (scope, expected) in
        [(acme(), [("bob", "ada"), ("cyd", "ada")]), (globex(), [("ada", "zoe"), ("dan", "zoe")])]
    {
        let on = agents::manager_id.eq(managers.field(agents::id).nullable());
        let query = agents::table
            .scoped(&scope)
            .inner_join(managers.scoped(&scope).on(on))
            .select((agents::name, managers.field(agents::name)))
            .order(agents::id);
        let rows: Vec<(String, String)> = query.load(connection).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|(agent, manager)| (&**agent, &**manager)).collect();
        assert_eq!(rows, expected);
    }
}

#[tokio::test]
async fn a_left_joined_alias_keeps_outer_rows() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let managers = tenancy_diesel::alias!(agents as managers);
    let query = agents::table
        .scoped(scope)
        .left_join(managers.scoped(scope).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
        .left_join(canvases::table.scoped(scope))
        .select((agents::name, managers.field(agents::name).nullable(), canvases::id.nullable()))
        .order((agents::id, canvases::id));
    let rows: Vec<(String, Option<String>, Option<i32>)> = query.load(connection).await.unwrap();
    assert_eq!(
        rows,
        [
            ("ada".into(), None, Some(1)),
            ("ada".into(), None, Some(2)),
            ("bob".into(), Some("ada".into()), Some(3)),
            ("cyd".into(), Some("ada".into()), None),
        ]
    );
}

#[tokio::test]
async fn two_aliases_meet() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let (first, second) = tenancy_diesel::alias!(agents as first, agents as second);
    let query = first
        .scoped(scope)
        .inner_join(
            second.scoped(scope).on(first.field(agents::manager_id).eq(second.field(agents::id).nullable())),
        )
        .filter(second.field(agents::name).eq("zoe"))
        .or_filter(first.field(agents::name).eq("cyd"))
        .select((first.field(agents::id), second.field(agents::tenant_id)))
        .order(first.field(agents::id));
    assert_eq!(query.load::<(i32, i32)>(connection).await.unwrap(), [(1, 2), (4, 2)]);
}

#[tokio::test]
async fn an_alias_stands_alone() {
    let Some(connection) = &mut connect().await else { return };
    let people = tenancy_diesel::alias!(agents as people);
    let query = people.scoped(&acme()).order(people.field(agents::id).desc());
    let rows: Vec<(i32, i32, Option<i32>, Option<i32>, String)> = query.load(connection).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>(), [(3, 1), (2, 1), (1, 1)]);
    let query = people.scoped(&acme()).find(1).select(people.field(agents::name));
    assert_eq!(query.first::<String>(connection).await.unwrap(), "ada");
}

#[tokio::test]
async fn an_alias_correlates_a_subquery() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let reports = tenancy_diesel::alias!(agents as reports);
    let managed = reports.scoped(scope).filter(reports.field(agents::manager_id).eq(agents::id.nullable()));
    let query = agents::table.scoped(scope).filter(diesel::dsl::exists(managed)).select(agents::name);
    // GLOBEX' agent 2 manages, ACME's does not.
    assert_eq!(query.load::<String>(connection).await.unwrap(), ["ada"]);
}
