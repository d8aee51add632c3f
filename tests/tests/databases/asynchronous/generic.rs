//! Functions that are written once for all tables, on asynchronous connections.

use diesel::prelude::*;
use diesel_async::AsyncConnection;
use tenancy_diesel::Scoped;
use tenancy_diesel::generic::{Change, Changes as _, Delete, Find, Insert, Page, Read, Returns as _};
use tenancy_tests::cases::{Agent, Canvas};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::agents;

use super::{connect, contents};

async fn find_one<M, Key, C>(scope: &Scoped<M::TenantId>, key: Key, connection: &mut C) -> QueryResult<M>
where
    C: AsyncConnection,
    M: Find<Key, C::Backend>,
{
    M::by_key(scope, key).row_async(connection).await
}

async fn list<M, C>(scope: &Scoped<M::TenantId>, page: Page, connection: &mut C) -> QueryResult<(Vec<M>, i64)>
where
    C: AsyncConnection,
    M: Read<C::Backend>,
{
    let total = M::count(scope).row_async(connection).await?;
    Ok((M::page(scope, page).rows_async(connection).await?, total))
}

/// Inserts a row, changes those where `one` holds, and deletes those where `other` does.
async fn write<M, V, P, Changes, Q, C>(
    scope: &Scoped<M::TenantId>,
    row: V,
    (one, changes): (P, Changes),
    other: Q,
    connection: &mut C,
) -> QueryResult<[usize; 3]>
where
    C: AsyncConnection,
    M: Insert<V, C::Backend> + Change<P, Changes, C::Backend> + Delete<Q, C::Backend>,
{
    Ok([
        M::insertion(scope, row).run_async(connection).await?,
        M::update_where(scope, one, changes).run_async(connection).await?,
        M::delete_where(scope, other).run_async(connection).await?,
    ])
}

#[tokio::test]
async fn reads_stay_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    assert_eq!(find_one::<Agent, _, _>(&acme(), 3, connection).await.unwrap().name, "cyd");
    assert_eq!(find_one::<Agent, _, _>(&acme(), 4, connection).await.err(), Some(diesel::NotFound));
    let (page, total) = list::<Agent, _>(&globex(), Page { limit: 2, offset: 1 }, connection).await.unwrap();
    assert_eq!((page.len(), &*page[0].name, total), (2, "zoe", 3));
    let (page, total) = list::<Canvas, _>(&acme(), Page { limit: 9, offset: 3 }, connection).await.unwrap();
    assert_eq!((page.len(), page[0].id, total), (1, 4, 4));
}

#[tokio::test]
async fn writes_stay_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let row = (agents::id.eq(5), agents::name.eq("eva"));
    let change = (agents::name.eq("ada"), agents::name.eq("ann"));
    let done = write::<Agent, _, _, _, _, _>(&acme(), row, change, agents::id.gt(2), connection).await;
    assert_eq!(done, Ok([1, 1, 2]));
    let left = contents::without(&contents::AGENTS, &["1:3:cyd:1:-"]);
    assert_eq!(contents::agents(connection).await, contents::with(&left, &["1:1:ann:-:1"]));
}

/// Such a future can be spawned.
#[tokio::test]
async fn they_run_in_a_task() {
    let Some(mut connection) = connect().await else { return };
    let task = tokio::spawn(async move { find_one::<Agent, _, _>(&globex(), 4, &mut connection).await });
    assert_eq!(task.await.unwrap().unwrap().name, "dan");
}
