//! Joins by what `tenancy_diesel::joinable!` declares of tables whose keys lead with the tenant.

use diesel::prelude::*;
use diesel::query_source::JoinTo;
use tenancy_diesel::{Scoped, testing};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::keyed::{agents, canvases, plans};

use super::{RunQueryDsl, connect};

type Pairs = Vec<(String, Option<String>)>;

fn pairs(expected: &[(&str, Option<&str>)]) -> Pairs {
    expected.iter().map(|&(title, name)| (title.to_owned(), name.map(str::to_owned))).collect()
}

#[tokio::test]
async fn a_join_pairs_the_rows_of_one_tenant() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [
        (acme(), pairs(&[("sun", Some("ada")), ("sea", Some("ada")), ("sun", Some("bob")), ("odd", None)])),
        (globex(), pairs(&[("sun", Some("ada")), ("sky", Some("zoe")), ("far", None)])),
    ] {
        let query = canvases::table
            .scoped(&scope)
            .left_join(agents::table.scoped(&scope))
            .select((canvases::title, agents::name.nullable()))
            .order(canvases::id);
        assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap(), expected);
        let query = canvases::table
            .scoped(&scope)
            .inner_join(agents::table.scoped(&scope))
            .select((canvases::title, agents::name.nullable()))
            .order(canvases::id);
        let matched: Pairs = expected.into_iter().filter(|(_, name)| name.is_some()).collect();
        assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap(), matched);
    }
}

/// Without brands the compiler cannot tell two tenants' scopes apart; both have agents 1 and 2.
#[tokio::test]
async fn a_join_of_two_tenants_pairs_no_rows() {
    let Some(connection) = &mut connect().await else { return };
    let (one, other): (Scoped<i32>, Scoped<i32>) = (acme(), globex());
    let query = canvases::table
        .scoped(&one)
        .inner_join(agents::table.scoped(&other))
        .select((canvases::title, agents::name.nullable()));
    assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap(), pairs(&[]));
    let query = agents::table
        .scoped(&other)
        .inner_join(canvases::table.scoped(&one))
        .select((canvases::title, agents::name.nullable()));
    assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap(), pairs(&[]));
    let query = canvases::table
        .scoped(&one)
        .left_join(agents::table.scoped(&other))
        .select((canvases::title, agents::name.nullable()))
        .order(canvases::id);
    let expected = pairs(&[("sun", None), ("sea", None), ("sun", None), ("odd", None)]);
    assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap(), expected);
}

/// There the tenants are compared by their columns, because the source on the right is not at hand.
#[tokio::test]
async fn a_nested_join_of_two_tenants_pairs_no_rows() {
    let Some(connection) = &mut connect().await else { return };
    let (one, other): (Scoped<i32>, Scoped<i32>) = (acme(), globex());
    for (canvas_scope, agent_scope, expected) in [(&one, &one, 2), (&one, &other, 0), (&other, &one, 0)] {
        let query = canvases::table
            .scoped(canvas_scope)
            .inner_join(agents::table.scoped(agent_scope).inner_join(plans::table))
            .filter(agents::id.eq(1))
            .select((canvases::title, agents::name.nullable()));
        assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap().len(), expected);
    }
}

/// The root is everybody's, and has no tenant to compare with.
#[tokio::test]
async fn a_join_of_two_tenants_below_a_global_table_pairs_no_rows() {
    let Some(connection) = &mut connect().await else { return };
    let (one, other): (Scoped<i32>, Scoped<i32>) = (acme(), globex());
    for (canvas_scope, finds) in [(&one, true), (&other, false)] {
        let query = plans::table
            .inner_join(agents::table.scoped(&one).inner_join(canvases::table.scoped(canvas_scope)))
            .select((plans::name, canvases::title.nullable()));
        let found = query.load::<(String, Option<String>)>(connection).await.unwrap();
        assert_eq!(!found.is_empty(), finds, "{found:?}");
        let query = plans::table
            .left_join(agents::table.scoped(&one).left_join(canvases::table.scoped(canvas_scope)))
            .select((plans::name, canvases::title.nullable()));
        let found = query.load::<(String, Option<String>)>(connection).await.unwrap();
        assert_eq!(found.iter().any(|(_, title)| title.is_some()), finds, "{found:?}");
    }
}

/// Also where somebody takes it out of the declaration.
#[tokio::test]
async fn the_declared_on_clause_keeps_two_tenants_apart() {
    let Some(connection) = &mut connect().await else { return };
    let (one, other): (Scoped<i32>, Scoped<i32>) = (acme(), globex());
    for (agent_scope, expected) in [(&one, 3), (&other, 0)] {
        let (_, on) = <canvases::table as JoinTo<agents::table>>::join_target(agents::table);
        let query = canvases::table
            .scoped(&one)
            .inner_join(agents::table.scoped(agent_scope).on(on))
            .select((canvases::title, agents::name.nullable()));
        assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap().len(), expected);
    }
}

#[tokio::test]
async fn a_join_across_tenants_pairs_the_rows_of_each() {
    let Some(connection) = &mut connect().await else { return };
    let across = &testing::cross_tenant("a test of joins across tenants");
    let scope = &acme();
    let expected = pairs(&[("sun", Some("ada")), ("sea", Some("ada")), ("sun", Some("bob"))]);
    let query = canvases::table
        .across_tenants(across)
        .inner_join(agents::table.across_tenants(across))
        .select((canvases::title, agents::name.nullable()))
        .order((canvases::tenant_id, canvases::id));
    let all = [expected.clone(), pairs(&[("sun", Some("ada")), ("sky", Some("zoe"))])].concat();
    assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap(), all);
    let query = canvases::table
        .scoped(scope)
        .inner_join(agents::table.across_tenants(across))
        .select((canvases::title, agents::name.nullable()))
        .order(canvases::id);
    assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap(), expected);
    let query = canvases::table
        .across_tenants(across)
        .inner_join(agents::table.scoped(scope))
        .select((canvases::title, agents::name.nullable()))
        .order(canvases::id);
    assert_eq!(query.load::<(String, Option<String>)>(connection).await.unwrap(), expected);
}
