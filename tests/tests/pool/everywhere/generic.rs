//! Functions that are written once for all tables, in a pool's transactions.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::generic::{Change, Delete, Filter, Find, Insert, Page, Read};
use tenancy_diesel::{Scoped, WrongTenant};
use tenancy_pool::Executor;
use tenancy_pool::generic::{ChangesIn, ReturnsIn};
use tenancy_tests::cases::{Agent, Canvas};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::agents;

use super::super::open;

async fn find_one<M, Key, Tx, B>(scope: &Scoped<M::TenantId, B>, key: Key, tx: &mut Tx) -> QueryResult<M>
where
    Tx: Executor,
    M: Find<Key, Tx::Backend, B, Found: ReturnsIn<Tx, M>>,
{
    M::by_key(scope, key).row_in(tx).await
}

async fn list<M, Tx>(scope: &Scoped<M::TenantId>, page: Page, tx: &mut Tx) -> QueryResult<(Vec<M>, i64)>
where
    Tx: Executor,
    M: Read<Tx::Backend, Page: ReturnsIn<Tx, M>, Count: ReturnsIn<Tx, i64>>,
{
    let total = M::count(scope).row_in(tx).await?;
    Ok((M::page(scope, page).rows_in(tx).await?, total))
}

async fn count_where<M, P, Tx>(scope: &Scoped<M::TenantId>, predicate: P, tx: &mut Tx) -> QueryResult<i64>
where
    Tx: Executor,
    M: Filter<P, Tx::Backend, CountWhere: ReturnsIn<Tx, i64>>,
{
    M::count_where(scope, predicate).row_in(tx).await
}

/// Inserts a row, changes those where `one` holds, and deletes those where `other` does.
async fn write<M, V, P, Changes, Q, Tx>(
    scope: &Scoped<M::TenantId>,
    row: V,
    (one, changes): (P, Changes),
    other: Q,
    tx: &mut Tx,
) -> QueryResult<[usize; 3]>
where
    Tx: Executor,
    M: Insert<V, Tx::Backend, Insertion: ChangesIn<Tx>>
        + Change<P, Changes, Tx::Backend, UpdateWhere: ChangesIn<Tx>>
        + Delete<Q, Tx::Backend, DeleteWhere: ChangesIn<Tx>>,
{
    Ok([
        M::insertion(scope, row).run_in(tx).await?,
        M::update_where(scope, one, changes).run_in(tx).await?,
        M::delete_where(scope, other).run_in(tx).await?,
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_stay_within_the_tenant() {
    let Some((tenants, _database)) = open().await else { return };
    let scope = acme();
    let mut tx = tenants.begin(&scope).await.unwrap();
    assert_eq!(find_one::<Agent, _, _, _>(&scope, 3, &mut tx).await.unwrap().name, "cyd");
    assert_eq!(find_one::<Agent, _, _, _>(&scope, 4, &mut tx).await.err(), Some(Error::NotFound));
    let (page, total) = list::<Canvas, _>(&scope, Page { limit: 9, offset: 3 }, &mut tx).await.unwrap();
    assert_eq!((page.len(), page[0].id, total), (1, 4, 4));
    // A predicate that borrows.
    let name = String::from("bob");
    assert_eq!(count_where::<Agent, _, _>(&scope, agents::name.eq(name.as_str()), &mut tx).await, Ok(1));
    // Another tenant's scope is found out before anything is sent.
    let Err(Error::QueryBuilderError(refused)) = find_one::<Agent, _, _, _>(&globex(), 3, &mut tx).await
    else {
        panic!("another tenant's scope was taken")
    };
    assert_eq!(refused.downcast_ref(), Some(&WrongTenant::Another));
    tx.commit().await.unwrap();
    // A handle runs each in a transaction of its own.
    let scope = globex();
    let found = find_one::<Agent, _, _, _>(&scope, 4, &mut tenants.within(&scope)).await;
    assert_eq!(found.unwrap().name, "dan");
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_stay_within_the_tenant() {
    let Some((tenants, database)) = open().await else { return };
    let scope = acme();
    let row = (agents::id.eq(5), agents::name.eq("eva"));
    let change = (agents::name.eq("ada"), agents::name.eq("ann"));
    let task = {
        let tenants = tenants.clone();
        // Such a future can be spawned.
        tokio::spawn(async move {
            let mut tx = tenants.begin(&scope).await?;
            let done = write::<Agent, _, _, _, _, _>(&scope, row, change, agents::id.gt(2), &mut tx).await;
            tx.commit().await.map(|()| done)
        })
    };
    assert_eq!(task.await.unwrap().unwrap(), Ok([1, 1, 2]));
    assert_eq!(database.agents().await, ["1:1:ann", "1:2:bob", "2:1:ada", "2:2:zoe", "2:4:dan"]);
}
