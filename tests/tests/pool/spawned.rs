//! That every future can be spawned: a service runs each request on whichever thread is free.

use std::sync::Arc;

use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, Scoped, delete, insert_into, testing};
use tenancy_pool::{
    PoolError, RunQueryDsl, TenantConnection, TenantPool, TenantPoolBuilder, TransactionOptions,
};
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::walled::Database;
use crate::Tested;

type Pool = TenantPool<Tested>;

/// Of what is done in a task of its own, nothing but the result is wanted.
async fn spawned<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(work).await.unwrap()
}

fn build<C: TenantConnection>(builder: TenantPoolBuilder<C>) -> impl Future + Send + 'static {
    builder.build()
}

async fn one_statement_each(pool: Pool, scope: Scoped<i32>) -> Result<(), PoolError> {
    let names = || agents::table.scoped(&scope).select(agents::name).order(agents::id);
    let all: Vec<String> = pool.load(&scope, names()).await?;
    let one: String = pool.get_result(&scope, names().limit(1)).await?;
    let first: String = pool.first(&scope, names()).await?;
    assert_eq!((all.len(), one, first), (3, "ada".to_owned(), "ada".to_owned()));
    pool.execute(&scope, delete(agents::table.scoped(&scope)).find(77)).await?;
    Ok(())
}

async fn transactions(pool: Pool, scope: Scoped<i32>) -> Result<(), PoolError> {
    let options = TransactionOptions::new().read_only();
    pool.transaction_with(&scope, options, async |tx| {
        let _: i64 = agents::table.scoped(&scope).count().get_result(tx).await?;
        Ok::<_, PoolError>(())
    })
    .await?;
    pool.transaction(&scope, async |tx| {
        tx.transaction(async |tx| {
            let row = (agents::id.eq(9), agents::name.eq("x"));
            insert_into(agents::table.scoped(&scope)).values(row).execute(tx).await?;
            Ok::<_, PoolError>(())
        })
        .await?;
        let _: Vec<i32> = tx.raw("a test", "SELECT 1").map(drop).map(|()| Vec::new())?;
        Ok::<_, PoolError>(())
    })
    .await?;
    let mut tx = pool.begin(&scope).await?;
    tx.raw("a test", "SELECT 1")?.execute().await?;
    tx.rollback().await?;
    pool.begin_with(&scope, options).await?.commit().await
}

async fn across(pool: Pool, cross_tenant: Arc<CrossTenant>) -> Result<i64, PoolError> {
    pool.across(&cross_tenant)
        .transaction(async |tx| {
            tx.execute_raw("nothing", diesel::sql_query("SELECT 1")).await?;
            Ok::<_, PoolError>(
                agents::table.across_tenants(&*cross_tenant).count().get_result::<i64>(tx).await?,
            )
        })
        .await?;
    let mut tx = pool.across(&cross_tenant).begin_with(TransactionOptions::new()).await?;
    let count = agents::table.across_tenants(&*cross_tenant).count().get_result(&mut tx).await?;
    tx.rollback().await?;
    pool.across(&cross_tenant).begin().await?.commit().await?;
    Ok(count)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_future_can_be_spawned() {
    let database = Database::new().await;
    drop(build(database.builder()));
    let pool = database.builder().across(database.across()).build().await.unwrap();
    spawned(one_statement_each(pool.clone(), acme())).await.unwrap();
    spawned(transactions(pool.clone(), acme())).await.unwrap();
    let cross_tenant = Arc::new(testing::cross_tenant("a report"));
    assert_eq!(spawned(across(pool, cross_tenant)).await.unwrap(), 7);
}
