//! Global tables without a scope: `TenantPool::global`.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::testing;
use tenancy_pool::{PoolError, RunQueryDsl, StatementRefused};
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::{agents, plans};

use super::super::open;

/// A table that nobody declared. Here, because Diesel wants one of the tables in the crate that lets them meet.
mod bare {
    diesel::table! { secrets (id) { id -> Integer, name -> Text, } }
    tenancy_diesel::table! { #![tenant_global(plans)] plans (id) { id -> Integer, name -> Text, } }
    diesel::allow_tables_to_appear_in_same_query!(secrets, plans);
}

fn refused<T: std::fmt::Debug>(result: QueryResult<T>, what: &str) -> StatementRefused {
    match result {
        Err(Error::QueryBuilderError(source)) => {
            source.downcast_ref::<StatementRefused>().unwrap_or_else(|| panic!("{what}: {source}")).clone()
        }
        other => panic!("{what}: not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_methods_and_the_verbs() {
    let Some((tenants, _database)) = open().await else { return };
    let mut db = tenants.global();
    let names = || plans::table.order(plans::id).select(plans::name);
    assert_eq!(db.load::<_, _, String>(names()).await.unwrap(), ["free", "paid"]);
    assert_eq!(db.get_result::<_, _, i64>(plans::table.count()).await.unwrap(), 2);
    assert_eq!(db.first::<_, _, String>(names()).await.unwrap(), "free");
    let none = db.first::<_, _, String>(names().filter(plans::id.eq(77))).await;
    assert!(matches!(none, Err(PoolError::Query(Error::NotFound))), "{none:?}");
    let new = diesel::insert_into(plans::table).values((plans::id.eq(3), plans::name.eq("gold")));
    assert_eq!(db.execute(new).await.unwrap(), 1);

    assert_eq!(names().load::<String>(&mut db).await.unwrap(), ["free", "paid", "gold"]);
    assert_eq!(names().get_result::<String>(&mut db).await.unwrap(), "free");
    assert_eq!(names().first::<String>(&mut tenants.global()).await.unwrap(), "free");
    let renamed = diesel::update(plans::table.find(3)).set(plans::name.eq("silver"));
    assert_eq!(renamed.execute(&mut db).await.unwrap(), 1);
    let gone = diesel::delete(plans::table.find(1));
    assert_eq!(gone.execute(&mut db).await.unwrap(), 1);
    // The tenants see what has become of it.
    let seen: Vec<String> = tenants.load(&acme(), names()).await.unwrap();
    assert_eq!(seen, ["paid", "silver"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_kept_or_undone_and_so_is_what_is_nested_in_it() {
    let Some((tenants, _database)) = open().await else { return };
    let db = tenants.global();
    let insert = |id: i32| diesel::insert_into(plans::table).values((plans::id.eq(id), plans::name.eq("x")));
    let undone: Result<(), PoolError> = db
        .transaction(async |tx| {
            insert(10).execute(tx).await?;
            Err(Error::RollbackTransaction.into())
        })
        .await;
    assert!(matches!(undone, Err(PoolError::Query(Error::RollbackTransaction))), "{undone:?}");
    db.transaction(async |tx| {
        insert(11).execute(tx).await?;
        let nested: Result<(), PoolError> = tx
            .transaction(async |tx| {
                insert(12).execute(tx).await?;
                Err(Error::RollbackTransaction.into())
            })
            .await;
        assert!(nested.is_err());
        tx.transaction(async |tx| Ok::<_, PoolError>(insert(13).execute(tx).await?)).await?;
        Ok::<_, PoolError>(())
    })
    .await
    .unwrap();
    let mut tx = db.begin().await.unwrap();
    insert(14).execute(&mut tx).await.unwrap();
    tx.rollback().await.unwrap();
    let mut tx = db.begin().await.unwrap();
    insert(15).execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let ids: Vec<i32> = db.load(plans::table.order(plans::id).select(plans::id)).await.unwrap();
    assert_eq!(ids, [1, 2, 11, 13, 15]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_table_is_refused_where_the_compiler_does_not_look() {
    let Some((tenants, database)) = open().await else { return };
    let before = database.agents().await;
    let (acme, across) = (acme(), testing::cross_tenant("a test"));
    let mut opened = tenants.global().begin().await.unwrap();
    let tx = &mut opened;
    let agents = || agents::table.scoped(&acme).select(agents::name);
    let results = [
        plans::table.filter(exists(agents())).count().get_result::<i64>(tx).await.map(drop),
        plans::table.filter(plans::name.eq_any(agents())).count().get_result::<i64>(tx).await.map(drop),
        plans::table.select(agents().limit(1).single_value()).load::<Option<String>>(tx).await.map(drop),
        plans::table
            .filter(exists(agents::table.across_tenants(&across).select(agents::name)))
            .count()
            .get_result::<i64>(tx)
            .await
            .map(drop),
        diesel::update(plans::table.filter(exists(agents())))
            .set(plans::name.eq("x"))
            .execute(tx)
            .await
            .map(drop),
        diesel::update(plans::table)
            .set(plans::name.eq(agents().limit(1).single_value().assume_not_null()))
            .execute(tx)
            .await
            .map(drop),
        diesel::delete(plans::table.filter(plans::name.eq_any(agents()))).execute(tx).await.map(drop),
        diesel::insert_into(plans::table)
            .values(agents::table.scoped(&acme).select((agents::id, agents::name)))
            .into_columns((plans::id, plans::name))
            .execute(tx)
            .await
            .map(drop),
    ];
    for (place, result) in results.into_iter().enumerate() {
        assert_eq!(
            refused(result, &format!("place {place}")),
            StatementRefused::TenantTable,
            "place {place}"
        );
    }
    let undeclared = bare::plans::table
        .filter(exists(bare::secrets::table.filter(bare::secrets::id.eq(1))))
        .count()
        .get_result::<i64>(tx)
        .await;
    let StatementRefused::UndeclaredTable { table } = refused(undeclared, "undeclared") else { panic!() };
    assert_eq!(table, "secrets");
    // Nothing has reached the server, and the transaction is as good as before.
    assert_eq!(plans::table.count().get_result::<i64>(tx).await.unwrap(), 2);
    opened.commit().await.unwrap();
    let message =
        tenants.global().load::<_, _, i32>(plans::table.filter(exists(agents())).select(plans::id)).await;
    let message = message.unwrap_err().to_string();
    assert!(message.contains("pool.within(&scope)"), "{message}");
    assert_eq!(database.agents().await, before);
}
