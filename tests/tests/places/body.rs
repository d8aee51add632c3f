//! What a tenant does, wherever it lives: the one body of queries that every place runs.

use diesel::dsl::{count_star, exists, max};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel_async::AsyncPgConnection;
use tenancy_diesel::prelude::*;
use tenancy_diesel::{delete, insert_into, update};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::fleet::schema::{Mood, agents, canvases, plans};

pub(crate) type Pool = TenantPool<AsyncPgConnection>;

#[derive(QueryableByName, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    #[diesel(sql_type = Integer)]
    pub(crate) tenant_id: i32,
    #[diesel(sql_type = Text)]
    pub(crate) text: String,
}

/// The texts of a tenant's rows at a place.
pub(crate) fn texts(
    place: &str,
    tenant: i32,
    table: &str,
    ids: impl IntoIterator<Item = i32>,
) -> Vec<String> {
    ids.into_iter().map(|id| format!("{place}#{tenant} {table} {id}")).collect()
}

/// Every kind of read finds the tenant's rows of its place, and no others.
pub(crate) async fn reads(tenants: &Pool, scope: &Scoped<i32>, place: &str) -> Result<(), PoolError> {
    let tenant = *scope.tenant();
    let agent = |id: i32| format!("{place}#{tenant} agent {id}");
    let canvas = |id: i32| format!("{place}#{tenant} canvas {id}");
    let database = place.split('/').next().unwrap_or_default();

    let all = agents::table.scoped(scope).select(agents::name).order(agents::id);
    assert_eq!(tenants.load::<_, _, _, _, String>(scope, all).await?, texts(place, tenant, "agent", 1..=3));
    let moods = canvases::table.scoped(scope).filter(canvases::mood.eq(Mood::Calm)).count();
    assert_eq!(tenants.get_result::<_, _, _, _, i64>(scope, moods).await?, 4, "by the shared enum");

    let scope = scope.clone();
    tenants
        .transaction(&scope.clone(), async |tx| {
            let joined: Vec<(String, String)> = canvases::table
                .scoped(&scope)
                .inner_join(agents::table.scoped(&scope))
                .select((canvases::title, agents::name))
                .order(canvases::id)
                .load(tx)
                .await?;
            assert_eq!(joined, [1, 2, 3, 4].map(|id| (canvas(id), agent(1 + id % 2))));
            let with_plans: Vec<(String, Option<String>)> = agents::table
                .scoped(&scope)
                .left_join(plans::table)
                .select((agents::name, plans::name.nullable()))
                .order(agents::id)
                .load(tx)
                .await?;
            let plan = |id: i32| (id < 3).then(|| format!("plan {id} of {database}"));
            assert_eq!(
                with_plans,
                [1, 2, 3].map(|id| (agent(id), plan(id))),
                "the globals are the database's own"
            );
            let busy: Vec<i32> = agents::table
                .scoped(&scope)
                .filter(exists(canvases::table.scoped(&scope).filter(canvases::agent_id.eq(agents::id))))
                .select(agents::id)
                .order(agents::id)
                .load(tx)
                .await?;
            assert_eq!(busy, [1, 2]);
            let among: Vec<String> = agents::table
                .scoped(&scope)
                .filter(agents::id.eq_any(canvases::table.scoped(&scope).select(canvases::agent_id)))
                .or_filter(agents::id.eq(3))
                .select(agents::name)
                .order(agents::id)
                .load(tx)
                .await?;
            assert_eq!(among, texts(place, tenant, "agent", 1..=3));
            let best: Vec<(i32, i64, Option<i32>)> = canvases::table
                .scoped(&scope)
                .group_by(canvases::agent_id)
                .select((canvases::agent_id, count_star(), max(canvases::score)))
                .order(canvases::agent_id)
                .load(tx)
                .await?;
            assert_eq!(best, [(1, 2, Some(40)), (2, 2, Some(30))]);
            let mut both: Vec<String> = agents::table
                .scoped(&scope)
                .select(agents::name)
                .union_all(canvases::table.scoped(&scope).select(canvases::title))
                .load(tx)
                .await?;
            both.sort();
            let mut expected = texts(place, tenant, "agent", 1..=3);
            expected.extend(texts(place, tenant, "canvas", 1..=4));
            assert_eq!(both, expected);
            let locked: Vec<i32> = canvases::table
                .scoped(&scope)
                .select(canvases::id)
                .order(canvases::id)
                .for_update()
                .load(tx)
                .await?;
            assert_eq!(locked, [1, 2, 3, 4]);
            Ok::<_, PoolError>(())
        })
        .await
}

/// Raw SQL without a word of tenants finds the same, because of the wall.
pub(crate) async fn raw(tenants: &Pool, scope: &Scoped<i32>, place: &str) -> Result<(), PoolError> {
    let tenant = *scope.tenant();
    tenants
        .transaction(scope, async |tx| {
            let sql = "SELECT tenant_id, name AS text FROM agents ORDER BY id";
            let rows: Vec<Row> = tx.raw("the wall's test", sql).unwrap().load().await?;
            let expected: Vec<_> = texts(place, tenant, "agent", 1..=3);
            let expected: Vec<_> = expected.into_iter().map(|text| Row { tenant_id: tenant, text }).collect();
            assert_eq!(rows, expected);
            let sql = "UPDATE canvases SET score = score + $1";
            let changed = tx.raw("the wall's test", sql).unwrap().bind::<Integer, _>(1).execute().await?;
            assert_eq!(changed, 4);
            Ok::<_, PoolError>(())
        })
        .await
}

/// Every kind of write. What is left of it is what [`written`] says.
pub(crate) async fn writes(tenants: &Pool, scope: &Scoped<i32>) -> Result<(), PoolError> {
    let scope = scope.clone();
    let form = |id: i32, title: &'static str| {
        (
            canvases::id.eq(id),
            canvases::agent_id.eq(3),
            canvases::title.eq(title),
            canvases::score.eq(id),
            canvases::mood.eq(Mood::Wild),
        )
    };
    tenants
        .execute(
            &scope,
            insert_into(agents::table.scoped(&scope)).values((agents::id.eq(50), agents::name.eq("new"))),
        )
        .await?;
    tenants
        .transaction(&scope.clone(), async |tx| {
            insert_into(canvases::table.scoped(&scope))
                .values(vec![form(51, "one"), form(52, "two")])
                .execute(tx)
                .await?;
            let bulk = insert_into(canvases::table.scoped(&scope)).bulk((60..80).map(|id| form(id, "bulk")));
            assert_eq!(bulk.execute(tx).await?, 20);
            // A key that every tenant has, in every place.
            let upserted: i32 = insert_into(canvases::table.scoped(&scope))
                .values(form(1, "upserted"))
                .on_conflict(canvases::id)
                .do_update()
                .set((canvases::title.eq("upserted"), canvases::score.eq(1)))
                .returning(canvases::id)
                .get_result(tx)
                .await?;
            assert_eq!(upserted, 1);
            let ignored = insert_into(canvases::table.scoped(&scope))
                .values(form(2, "ignored"))
                .on_conflict_do_nothing();
            assert_eq!(ignored.execute(tx).await?, 0);
            // Without a word of which rows.
            let all = update(canvases::table.scoped(&scope))
                .filter(canvases::score.ge(0))
                .set(canvases::score.eq(canvases::score + 1000));
            assert_eq!(all.execute(tx).await?, 26);
            let gone = delete(canvases::table.scoped(&scope)).filter(canvases::id.ge(70));
            assert_eq!(gone.execute(tx).await?, 10);

            let undone: Result<(), PoolError> = tx
                .transaction(async |tx| {
                    delete(canvases::table.scoped(&scope)).filter(canvases::id.gt(0)).execute(tx).await?;
                    // A violation, which takes the savepoint with it and nothing else.
                    insert_into(agents::table.scoped(&scope))
                        .values((agents::id.eq(1), agents::name.eq("double")))
                        .execute(tx)
                        .await?;
                    Ok(())
                })
                .await;
            assert!(matches!(undone, Err(PoolError::Query(_))), "{undone:?}");
            tx.transaction(async |tx| {
                update(agents::table.scoped(&scope))
                    .find(50)
                    .set(agents::name.eq("renamed"))
                    .execute(tx)
                    .await?;
                Ok::<_, PoolError>(())
            })
            .await
        })
        .await?;
    let mut dropped = tenants.begin(&scope).await?;
    delete(canvases::table.scoped(&scope)).filter(canvases::id.gt(0)).execute(&mut dropped).await?;
    drop(dropped);
    Ok(())
}

/// What [`raw`] and [`writes`] leave of a tenant's canvases, as `id:title:score:mood`, and the name of the new agent.
pub(crate) async fn written(tenants: &Pool, scope: &Scoped<i32>, place: &str) -> Result<(), PoolError> {
    let tenant = *scope.tenant();
    let mut expected: Vec<(i32, String, i32, Mood)> = vec![(1, "upserted".to_owned(), 1001, Mood::Calm)];
    expected
        .extend((2..=4).map(|id| (id, format!("{place}#{tenant} canvas {id}"), 1001 + 10 * id, Mood::Calm)));
    expected
        .extend([(51, "one"), (52, "two")].map(|(id, title)| (id, title.to_owned(), 1000 + id, Mood::Wild)));
    expected.extend((60..70).map(|id| (id, "bulk".to_owned(), 1000 + id, Mood::Wild)));
    let all = canvases::table
        .scoped(scope)
        .select((canvases::id, canvases::title, canvases::score, canvases::mood))
        .order(canvases::id);
    assert_eq!(tenants.load::<_, _, _, _, (i32, String, i32, Mood)>(scope, all).await?, expected);
    let name = agents::table.scoped(scope).find(50).select(agents::name);
    assert_eq!(tenants.first::<_, _, _, _, String>(scope, name).await?, "renamed");
    Ok(())
}
