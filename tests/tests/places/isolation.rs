//! The body runs unchanged in every place, and leaves every other place and tenant as it was.

use tenancy_diesel::testing;
use tenancy_tests::fleet::{Fleet, Kind, TENANTS};

use crate::body;

/// Runs the body for these tenants, one after another on a pool of two, and compares everything before and after.
async fn isolated(prefix: &str, kind: Kind, tenants: impl IntoIterator<Item = i32>) {
    let fleet = Fleet::new(prefix, kind);
    let pool = fleet.builder().max_connections(2).build().await.unwrap_or_else(|error| panic!("{error}"));
    let mut before = fleet.contents();
    assert_eq!(
        before.values().map(Vec::len).sum::<usize>(),
        7 * 8 * 7,
        "seven places, each with rows of all tenants"
    );
    let tenants: Vec<i32> = tenants.into_iter().collect();
    for tenant in &tenants {
        let (scope, place) = (testing::scope(*tenant), Fleet::place(*tenant));
        body::reads(&pool, &scope, &place).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        body::raw(&pool, &scope, &place).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        body::writes(&pool, &scope).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        body::written(&pool, &scope, &place).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        let after = fleet.contents();
        let key = (place, *tenant);
        let own = after[&key].clone();
        assert_eq!(own.len(), 4 + 16, "{key:?}");
        assert_ne!(before.insert(key.clone(), own), None, "{key:?} has rows of its own");
        assert_eq!(before, after, "{key:?} changed rows that are not its own");
    }
}

#[tokio::test]
async fn in_the_shared_tables() {
    isolated("pl_shared", Kind::Plain, [1, 2]).await;
}

#[tokio::test]
async fn in_schemas() {
    isolated("pl_schema", Kind::Plain, [3, 4]).await;
}

#[tokio::test]
async fn in_databases() {
    isolated("pl_base", Kind::Plain, [5, 8]).await;
}

#[tokio::test]
async fn in_schemas_of_databases() {
    isolated("pl_both", Kind::Plain, [6, 7]).await;
}

#[tokio::test]
async fn in_a_mixed_fleet() {
    isolated("pl_mixed", Kind::Plain, (1..=TENANTS).rev()).await;
}

#[tokio::test]
async fn in_a_mixed_fleet_behind_a_sealed_wall() {
    isolated("pl_sealed", Kind::Sealed, 1..=TENANTS).await;
}
