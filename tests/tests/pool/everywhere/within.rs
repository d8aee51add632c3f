//! A scope that is said once: `TenantPool::within`.
//!
//! A small service, written as with a connection: what its functions are handed is the database as the tenant has it.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{WrongTenant, brand, delete, insert_into, update};
use tenancy_pool::{PoolError, RunQueryDsl, TenantHandle, TenantTransaction};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::super::{Connection, open};

type Db = TenantHandle<Connection, i32>;
type Tx = TenantTransaction<Connection, i32>;

async fn names(db: &mut Db) -> QueryResult<Vec<String>> {
    agents::table.scoped(db.scope()).select(agents::name).order(agents::id).load(db).await
}

async fn titles(db: &mut Db, agent: &str) -> QueryResult<Vec<String>> {
    canvases::table
        .scoped(db.scope())
        .inner_join(agents::table.scoped(db.scope()))
        .filter(agents::name.eq(agent))
        .select(canvases::title)
        .order(canvases::id)
        .get_results(db)
        .await
}

async fn hire(db: &mut Db, id: i32, name: &str) -> QueryResult<usize> {
    insert_into(agents::table.scoped(db.scope()))
        .values((agents::id.eq(id), agents::name.eq(name)))
        .execute(db)
        .await
}

async fn count(tx: &mut Tx) -> QueryResult<i64> {
    agents::table.scoped(tx.scope()).count().get_result(tx).await
}

/// Moves an agent's canvases to another, and removes it.
async fn replace(db: &Db, gone: i32, by: i32) -> Result<i64, PoolError> {
    db.transaction(async |tx| {
        let theirs = update(canvases::table.scoped(tx.scope())).filter(canvases::agent_id.eq(gone));
        theirs.set(canvases::agent_id.eq(by)).execute(tx).await?;
        delete(agents::table.scoped(tx.scope())).find(gone).execute(tx).await?;
        Ok(count(tx).await?)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_says_its_scope_once() {
    let Some((tenants, database)) = open().await else { return };
    let (mut ours, mut theirs) = (tenants.within(&acme()), tenants.within(&globex()));
    assert_eq!(names(&mut ours).await.unwrap(), ["ada", "bob", "cyd"]);
    assert_eq!(names(&mut theirs).await.unwrap(), ["ada", "zoe", "dan"]);
    assert_eq!(titles(&mut ours, "ada").await.unwrap(), ["sun", "sea"]);
    assert_eq!(hire(&mut ours, 9, "eve").await.unwrap(), 1);
    assert!(hire(&mut ours, 9, "eve").await.is_err(), "the key is taken");
    assert_eq!(replace(&ours, 2, 1).await.unwrap(), 3);
    assert_eq!(titles(&mut ours, "ada").await.unwrap(), ["sun", "sea", "sun"]);
    let first = agents::table.scoped(ours.scope()).order(agents::id.desc()).select(agents::name);
    assert_eq!(first.first::<String>(&mut ours).await.unwrap(), "eve");
    // At the same time, on clones.
    let (mut one, mut two) = (ours.clone(), ours.clone());
    let (one, two) = tokio::join!(names(&mut one), names(&mut two));
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(
        database.agents().await,
        ["1:1:ada", "1:3:cyd", "1:9:eve", "2:1:ada", "2:2:zoe", "2:4:dan"],
        "GLOBEX' are as they were"
    );
    let mut again = ours.pool().within(&globex());
    assert_eq!(names(&mut again).await.unwrap(), ["ada", "zoe", "dan"], "its pool is any tenant's");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_is_refused_before_it_is_sent() {
    let Some((tenants, database)) = open().await else { return };
    let before = database.agents().await;
    let mut db = tenants.within(&acme());
    let globex = globex();
    let read = agents::table.scoped(&globex).select(agents::name).load::<String>(&mut db).await.map(drop);
    let written = delete(agents::table.scoped(&globex)).execute(&mut db).await.map(drop);
    for result in [read, written] {
        let Err(Error::QueryBuilderError(why)) = result else { panic!("not refused: {result:?}") };
        assert_eq!(why.downcast_ref(), Some(&WrongTenant::Another));
    }
    assert_eq!(database.agents().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_stays_on_it() {
    let Some((tenants, _database)) = open().await else { return };
    let (one, other) = (acme(), globex());
    brand!(north = one, south = other);
    let (mut north, mut south) = (tenants.within(&north), tenants.within(&south));
    let of_north = agents::table.scoped(north.scope()).filter(agents::id.eq(2)).select(agents::name);
    assert_eq!(of_north.first::<String>(&mut north).await.unwrap(), "bob");
    let of_south = agents::table.scoped(south.scope()).filter(agents::id.eq(2)).select(agents::name);
    assert_eq!(of_south.first::<String>(&mut south).await.unwrap(), "zoe");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_futures_can_be_spawned() {
    let Some((tenants, _database)) = open().await else { return };
    let mut db = tenants.within(&acme());
    let work = async move {
        hire(&mut db, 9, "eve").await?;
        replace(&db, 9, 1).await?;
        let mut tx = db.begin().await?;
        let all = count(&mut tx).await?;
        tx.commit().await?;
        let plans =
            db.pool().global().get_result::<_, _, i64>(tenancy_tests::schema::plans::table.count()).await?;
        Ok::<_, PoolError>((names(&mut db).await?.len(), all, plans))
    };
    assert_eq!(tokio::spawn(work).await.unwrap().unwrap(), (3, 3, 2));
    let global = tenants.global();
    let work = async move {
        global
            .transaction(async |tx| {
                let all: i64 = tenancy_tests::schema::plans::table.count().get_result(tx).await?;
                Ok::<_, PoolError>(all)
            })
            .await
    };
    assert_eq!(tokio::spawn(work).await.unwrap().unwrap(), 2);
}
