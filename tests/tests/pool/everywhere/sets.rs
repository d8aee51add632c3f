//! Reading over the tenants of a set: `TenantPool::within_any`.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::testing::{cross_tenant, scope_set};
use tenancy_diesel::{WrongTenant, insert_into};
use tenancy_pool::{PoolError, RunQueryDsl};
use tenancy_tests::fixture::{ACME, GLOBEX, acme, globex};
use tenancy_tests::schema::{agents, canvases, plans};

use super::super::open;
use super::ownership::{TABLES, marks, notes, people, presets};

fn refused<T: std::fmt::Debug>(result: QueryResult<T>, what: &str) -> WrongTenant {
    match result {
        Err(Error::QueryBuilderError(why)) => *why.downcast_ref().unwrap_or_else(|| panic!("{what}: {why}")),
        other => panic!("{what}: not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_methods_and_the_verbs() {
    let Some((tenants, _database)) = open().await else { return };
    let both = scope_set([ACME, GLOBEX]);
    let mut db = tenants.within_any(&both);
    let rows = || {
        let columns = (agents::tenant_id, agents::id);
        agents::table.scoped(&both).select(columns).order(columns)
    };
    let all = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 4)];
    assert_eq!(db.load::<_, _, (i32, i32)>(rows()).await.unwrap(), all);
    assert_eq!(db.first::<_, _, (i32, i32)>(rows()).await.unwrap(), (1, 1));
    assert_eq!(db.get_result::<_, _, i64>(agents::table.scoped(&both).count()).await.unwrap(), 6);
    assert_eq!(rows().load::<(i32, i32)>(&mut db).await.unwrap(), all);
    // Global tables as well, alone and beside.
    assert_eq!(db.get_result::<_, _, i64>(plans::table.count()).await.unwrap(), 2);
    let seen = db
        .transaction(async |tx| {
            let set = tx.set().clone();
            let joined: i64 = canvases::table
                .scoped(&set)
                .inner_join(agents::table.scoped(&set))
                .count()
                .get_result(tx)
                .await?;
            let nested = tx
                .transaction(async |tx| Ok::<_, PoolError>(plans::table.count().get_result::<i64>(tx).await?))
                .await?;
            let rows: Vec<(i32, i32)> = rows().load(tx).await?;
            Ok::<_, PoolError>((joined > 0, nested, rows.len()))
        })
        .await
        .unwrap();
    assert_eq!(seen, (true, 2, 6));
    // And the connections serve one tenant as before.
    let own: i64 = tenants.get_result(&acme(), agents::table.scoped(&acme()).count()).await.unwrap();
    assert_eq!(own, 3);
    let one = both.one(&GLOBEX).unwrap();
    let added = insert_into(agents::table.scoped(&one)).values((agents::id.eq(9), agents::name.eq("new")));
    assert_eq!(tenants.execute(&one, added).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_reads_its_tenants_and_no_others() {
    let Some((tenants, database)) = open().await else { return };
    database.run(TABLES).await;
    for (ids, own, marked, named, shared) in [
        (vec![ACME], vec![1, 1, 1], vec!["x"], vec!["Ann"], vec![1, 2, 5]),
        (vec![GLOBEX], vec![2, 2, 2], vec!["y"], vec!["Ann", "Bob"], vec![1, 3, 5]),
        (
            vec![ACME, GLOBEX, 77],
            vec![1, 1, 1, 2, 2, 2],
            vec!["x", "y"],
            vec!["Ann", "Bob"],
            vec![1, 2, 3, 5],
        ),
        (vec![77], vec![], vec![], vec![], vec![1, 5]),
    ] {
        let set = scope_set(ids);
        let db = tenants.within_any(&set);
        let found = agents::table.scoped(&set).select(agents::tenant_id).order(agents::tenant_id);
        assert_eq!(db.load::<_, _, i32>(found).await.unwrap(), own);
        let found = marks::table.scoped(&set).select(marks::mark).order(marks::mark);
        assert_eq!(db.load::<_, _, String>(found).await.unwrap(), marked, "through a parent");
        let found = people::table.scoped(&set).select(people::name).order(people::name);
        assert_eq!(db.load::<_, _, String>(found).await.unwrap(), named, "by a link");
        let found = presets::table.scoped(&set).or_shared().select(presets::id).order(presets::id);
        assert_eq!(db.load::<_, _, i32>(found).await.unwrap(), shared, "with what all share");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_of_none_reads_nothing() {
    let Some((tenants, database)) = open().await else { return };
    database.run(TABLES).await;
    let none = scope_set(Vec::<i32>::new());
    let db = tenants.within_any(&none);
    assert_eq!(db.get_result::<_, _, i64>(agents::table.scoped(&none).count()).await.unwrap(), 0);
    assert_eq!(db.get_result::<_, _, i64>(notes::table.scoped(&none).count()).await.unwrap(), 0);
    let mut tx = db.begin().await.unwrap();
    assert_eq!(people::table.scoped(&none).count().get_result::<i64>(&mut tx).await.unwrap(), 0);
    assert_eq!(plans::table.count().get_result::<i64>(&mut tx).await.unwrap(), 2);
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_sets_is_refused_before_it_is_sent() {
    let Some((tenants, _database)) = open().await else { return };
    let (one, both, support) = (scope_set([ACME]), scope_set([GLOBEX, ACME]), cross_tenant("a test"));
    let (ours, theirs) = (acme(), globex());
    let mut opened = tenants.within_any(&one).begin().await.unwrap();
    let tx = &mut opened;
    let of_both = || agents::table.scoped(&both).select(agents::name);
    let of_theirs = || agents::table.scoped(&theirs).select(agents::name);
    let results = [
        of_both().load::<String>(tx).await.map(drop),
        plans::table.filter(exists(of_both())).count().get_result::<i64>(tx).await.map(drop),
        plans::table.filter(plans::name.eq_any(of_theirs())).count().get_result::<i64>(tx).await.map(drop),
        plans::table.select(of_theirs().limit(1).single_value()).load::<Option<String>>(tx).await.map(drop),
        canvases::table
            .scoped(&one)
            .filter(canvases::title.eq_any(of_both()))
            .count()
            .get_result::<i64>(tx)
            .await
            .map(drop),
    ];
    for (place, result) in results.into_iter().enumerate() {
        assert_eq!(refused(result, &format!("place {place}")), WrongTenant::Another, "place {place}");
    }
    let every = agents::table.across_tenants(&support).select(agents::name);
    let every = plans::table.filter(exists(every)).count().get_result::<i64>(tx).await;
    assert_eq!(refused(every, "across tenants"), WrongTenant::Every);
    // What is scoped by a part of the set is within it, and the transaction is as good as before.
    let part = plans::table.filter(exists(agents::table.scoped(&ours).select(agents::name)));
    assert_eq!(part.count().get_result::<i64>(tx).await.unwrap(), 2);
    opened.commit().await.unwrap();
    let mut wider = tenants.within_any(&both);
    assert_eq!(agents::table.scoped(&one).count().get_result::<i64>(&mut wider).await.unwrap(), 3);
}
