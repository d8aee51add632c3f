//! The verbs of `RunQueryDsl`, and those of `TenantPool`.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{delete, insert_into, update};
use tenancy_pool::{PoolError, RunQueryDsl};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, plans};

use super::super::open;

#[tokio::test(flavor = "multi_thread")]
async fn the_verbs_of_a_transaction() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let mut tx = tenants.begin(&acme).await.unwrap();
    let all = || agents::table.scoped(&acme).order(agents::id);
    assert_eq!(all().select(agents::name).load::<String>(&mut tx).await.unwrap(), ["ada", "bob", "cyd"]);
    assert_eq!(all().select(agents::id).get_results::<i32>(&mut tx).await.unwrap(), [1, 2, 3]);
    assert_eq!(all().select(agents::id).get_result::<i32>(&mut tx).await.unwrap(), 1);
    assert_eq!(all().select(agents::name).first::<String>(&mut tx).await.unwrap(), "ada");
    let one = |id| agents::table.scoped(&acme).find(id).select(agents::name);
    assert_eq!(one(2).first::<String>(&mut tx).await.optional().unwrap().as_deref(), Some("bob"));
    assert_eq!(one(4).first::<String>(&mut tx).await.optional().unwrap(), None, "another tenant's key");
    assert_eq!(one(4).get_result::<String>(&mut tx).await.unwrap_err(), Error::NotFound);
    assert_eq!(agents::table.scoped(&acme).count().get_result::<i64>(&mut tx).await.unwrap(), 3);
    assert_eq!(
        plans::table.order(plans::id).select(plans::name).load::<String>(&mut tx).await.unwrap().len(),
        2
    );

    let hired = insert_into(agents::table.scoped(&acme)).values((agents::id.eq(9), agents::name.eq("eve")));
    assert_eq!(hired.execute(&mut tx).await.unwrap(), 1);
    let renamed = update(agents::table.scoped(&acme)).find(9).set(agents::name.eq("eva"));
    assert_eq!(renamed.execute(&mut tx).await.unwrap(), 1);
    let gone = delete(agents::table.scoped(&acme)).filter(agents::id.eq_any([1, 2, 4]));
    assert_eq!(gone.execute(&mut tx).await.unwrap(), 2);
    assert_eq!(all().select(agents::name).load::<String>(&mut tx).await.unwrap(), ["cyd", "eva"]);
    tx.commit().await.unwrap();
    assert_eq!(database.agents().await, ["1:3:cyd", "1:9:eva", "2:1:ada", "2:2:zoe", "2:4:dan"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verbs_of_tenants() {
    let Some((tenants, database)) = open().await else { return };
    for (scope, names) in [(acme(), ["ada", "bob", "cyd"]), (globex(), ["ada", "zoe", "dan"])] {
        let all = || agents::table.scoped(&scope).order(agents::id).select(agents::name);
        let loaded: Vec<String> = tenants.load(&scope, all()).await.unwrap();
        assert_eq!(loaded, names);
        let first: String = tenants.first(&scope, all()).await.unwrap();
        assert_eq!(first, "ada");
        let count: i64 = tenants.get_result(&scope, agents::table.scoped(&scope).count()).await.unwrap();
        assert_eq!(count, 3);
        let none: Result<String, _> = tenants.first(&scope, all().filter(agents::id.eq(77))).await;
        assert!(matches!(none, Err(PoolError::Query(Error::NotFound))), "{none:?}");
        let hired =
            insert_into(agents::table.scoped(&scope)).values((agents::id.eq(9), agents::name.eq("eve")));
        assert_eq!(tenants.execute(&scope, hired).await.unwrap(), 1);
        let gone = delete(agents::table.scoped(&scope)).filter(agents::id.lt(9));
        assert_eq!(tenants.execute(&scope, gone).await.unwrap(), 3);
    }
    assert_eq!(database.agents().await, ["1:9:eve", "2:9:eve"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_statement_that_fails_changes_nothing_and_leaves_its_connection_fit() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let before = database.agents().await;
    for _ in 0..20 {
        let again =
            insert_into(agents::table.scoped(&acme)).values((agents::id.eq(1), agents::name.eq("new")));
        let refused = tenants.execute(&acme, again).await;
        assert!(
            matches!(refused, Err(PoolError::Query(Error::DatabaseError(_, _)))),
            "the key is taken: {refused:?}"
        );
        let count: i64 = tenants.get_result(&acme, agents::table.scoped(&acme).count()).await.unwrap();
        assert_eq!(count, 3);
    }
    assert_eq!(database.agents().await, before);
}
