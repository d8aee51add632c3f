//! Functions that are written once for all tables, on blocking connections.

use diesel::connection::LoadConnection;
use diesel::prelude::*;
use tenancy_diesel::generic::{
    Change, Changes as _, Delete, Filter, Find, Insert, Page, Read, Returns as _, Source,
};
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::{Agent, Canvas};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{connect, contents};

fn find_one<M, Key, C>(scope: &Scoped<M::TenantId>, key: Key, connection: &mut C) -> QueryResult<M>
where
    C: LoadConnection,
    M: Find<Key, C::Backend>,
{
    M::by_key(scope, key).row(connection)
}

fn list<M, C>(scope: &Scoped<M::TenantId>, page: Page, connection: &mut C) -> QueryResult<(Vec<M>, i64)>
where
    C: LoadConnection,
    M: Read<C::Backend>,
{
    let total = M::count(scope).row(connection)?;
    Ok((M::page(scope, page).rows(connection)?, total))
}

fn some_where<M, P, C>(
    scope: &Scoped<M::TenantId>,
    predicate: P,
    connection: &mut C,
) -> QueryResult<(Vec<M>, i64)>
where
    C: LoadConnection,
    P: Copy,
    M: Filter<P, C::Backend>,
{
    let total = M::count_where(scope, predicate).row(connection)?;
    Ok((M::page_where(scope, predicate, Page { limit: 2, offset: 0 }).rows(connection)?, total))
}

fn update_where<M, P, V, C>(
    scope: &Scoped<M::TenantId>,
    predicate: P,
    changes: V,
    connection: &mut C,
) -> QueryResult<usize>
where
    C: Connection,
    M: Change<P, V, C::Backend>,
{
    M::update_where(scope, predicate, changes).run(connection)
}

fn delete_where<M, P, C>(scope: &Scoped<M::TenantId>, predicate: P, connection: &mut C) -> QueryResult<usize>
where
    C: Connection,
    M: Delete<P, C::Backend>,
{
    M::delete_where(scope, predicate).run(connection)
}

fn insert<M, V, C>(scope: &Scoped<M::TenantId>, row: V, connection: &mut C) -> QueryResult<usize>
where
    C: Connection,
    M: Insert<V, C::Backend>,
{
    M::insertion(scope, row).run(connection)
}

fn count<S: Source<C::Backend>, C: LoadConnection>(source: S, connection: &mut C) -> QueryResult<i64> {
    source.counted().row(connection)
}

/// A service that knows neither its table nor its connection, and needs three bounds for that.
struct Service<'s, M: TenantScoped> {
    scope: &'s Scoped<M::TenantId>,
}

impl<M: TenantScoped> Service<'_, M> {
    fn first_of_page<C>(&self, offset: i64, connection: &mut C) -> QueryResult<Option<M>>
    where
        C: LoadConnection,
        M: Read<C::Backend>,
    {
        Ok(list(self.scope, Page { limit: 1, offset }, connection)?.0.pop())
    }
}

fn names(agents: &[Agent]) -> Vec<&str> {
    agents.iter().map(|agent| &*agent.name).collect()
}

#[tokio::test]
async fn reads_stay_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    assert_eq!(find_one::<Agent, _, _>(&acme(), 3, connection).unwrap().name, "cyd");
    assert_eq!(find_one::<Agent, _, _>(&acme(), 4, connection).err(), Some(diesel::NotFound));
    assert_eq!(find_one::<Canvas, _, _>(&globex(), 5, connection).unwrap().agent_id, 3);

    let (page, total) = list::<Agent, _>(&globex(), Page { limit: 2, offset: 1 }, connection).unwrap();
    assert_eq!((names(&page), total), (vec!["zoe", "dan"], 3));
    let (canvases, total) = list::<Canvas, _>(&acme(), Page { limit: 9, offset: 3 }, connection).unwrap();
    assert_eq!((canvases.len(), canvases[0].id, total), (1, 4, 4));

    let (found, total) = some_where::<Agent, _, _>(&acme(), agents::id.gt(1), connection).unwrap();
    assert_eq!((names(&found), total), (vec!["bob", "cyd"], 2));
    let (found, total) = some_where::<Agent, _, _>(&acme(), agents::name.eq("zoe"), connection).unwrap();
    assert_eq!((names(&found), total), (vec![], 0));

    let service = Service::<Agent> { scope: &acme() };
    assert_eq!(service.first_of_page(1, connection).unwrap().unwrap().name, "bob");
    assert!(service.first_of_page(3, connection).unwrap().is_none());
}

#[tokio::test]
async fn writes_stay_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let by_name = || agents::name.eq("ada");
    assert_eq!(
        update_where::<Agent, _, _, _>(&globex(), by_name(), agents::name.eq("eva"), connection),
        Ok(1)
    );
    assert_eq!(insert::<Agent, _, _>(&acme(), &Agent { id: 4, name: "dee".into() }, connection), Ok(1));
    assert_eq!(
        insert::<Agent, _, _>(&globex(), (agents::id.eq(3), agents::name.eq("fay")), connection),
        Ok(1)
    );
    assert_eq!(delete_where::<Agent, _, _>(&acme(), agents::id.le(2), connection), Ok(2));
    assert_eq!(delete_where::<Agent, _, _>(&acme(), by_name(), connection), Ok(0));
    let left = contents::without(&contents::AGENTS, &["1:1:ada:-:1", "1:2:bob:1:2"]);
    let expected = contents::with(&left, &["1:4:dee:-:-", "2:1:eva:2:2", "2:3:fay:-:-"]);
    assert_eq!(contents::agents(connection).await, expected);
}

#[tokio::test]
async fn a_source_counts_its_own() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    assert_eq!(count(agents::table.scoped(scope), connection), Ok(3));
    assert_eq!(count(canvases::table.scoped(scope).filter(canvases::score.gt(10)), connection), Ok(3));
    let agents = tenancy_diesel::alias!(agents as others);
    assert_eq!(count(agents.scoped(&globex()), connection), Ok(3));
}
