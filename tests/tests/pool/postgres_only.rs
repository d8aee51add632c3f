//! What only PostgreSQL has: raw SQL behind the wall, every tenant's rows by a role of its own.

use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Bool, Integer, Text};
use tenancy_diesel::testing::{RecordedEvent, RecordingSink};
use tenancy_diesel::{Access, WrongTenant, delete, insert_into, testing, update};
use tenancy_pool::{PoolError, RawSqlRefused, RunQueryDsl, TenantPool};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases, plans};

use super::walled::{Database, FIXTURE, Line, line};
use crate::Tested;

/// Refused, and why.
fn raw_refusal<T: std::fmt::Debug>(result: QueryResult<T>) -> RawSqlRefused {
    match result {
        Err(Error::QueryBuilderError(source)) => *source.downcast_ref().expect("a RawSqlRefused"),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_fragments_are_refused_until_they_are_permitted() {
    let database = Database::new().await;
    let sink = RecordingSink::new();
    let tenants = database.builder().max_connections(1).audit_sink(sink.clone()).build().await.unwrap();
    let acme = acme();
    let pid = async || {
        let mut tx = tenants.begin(&acme).await.unwrap();
        let pid = diesel::select(pg_backend_pid()).get_result::<i32>(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        pid
    };
    let before = pid().await;
    assert_eq!(pid().await, before, "the pool has one connection");
    let fragment = || sql::<Bool>("true");
    let mut tx = tenants.begin(&acme).await.unwrap();
    for permitted in [false, true] {
        if permitted {
            let line = line!() + 1;
            tx.permit_raw_fragments("full-text search").unwrap();
            let events = sink.take();
            let [RecordedEvent::RawSql { principal, tenant, reason, location }] = &events[..] else {
                panic!("{events:?}")
            };
            assert_eq!([principal, tenant, reason], ["testing", "1", "full-text search"]);
            assert_eq!((location.file(), location.line()), (file!(), line));
        }
        let read = agents::table.scoped(&acme).filter(fragment()).count().get_result::<i64>(&mut tx).await;
        let ordered = agents::table.scoped(&acme).order(sql::<Integer>("1")).select(agents::id);
        let ordered = ordered.load::<i32>(&mut tx).await;
        let selected = agents::table.scoped(&acme).select(sql::<Integer>("42")).load::<i32>(&mut tx).await;
        let beneath = canvases::table.scoped(&acme).filter(fragment()).select(canvases::agent_id);
        let beneath = agents::table.scoped(&acme).filter(agents::id.eq_any(beneath)).count();
        let beneath = beneath.get_result::<i64>(&mut tx).await;
        let changed = update(agents::table.scoped(&acme)).filter(fragment());
        let changed = changed.set(agents::plan_id.eq(1)).execute(&mut tx).await;
        let set = update(agents::table.scoped(&acme)).set(agents::name.eq(sql::<Text>("name")));
        let set = set.execute(&mut tx).await;
        let gone = delete(agents::table.scoped(&acme)).filter(fragment()).filter(agents::id.eq(77));
        let gone = gone.execute(&mut tx).await;
        if permitted {
            assert_eq!((read, ordered), (Ok(3), Ok(vec![1, 2, 3])));
            assert_eq!((selected, beneath), (Ok(vec![42; 3]), Ok(2)));
            assert_eq!((changed, set, gone), (Ok(3), Ok(3), Ok(0)));
        } else {
            let refusals =
                [raw_refusal(read), raw_refusal(ordered), raw_refusal(selected), raw_refusal(beneath)];
            assert_eq!(refusals, [RawSqlRefused::Fragment; 4]);
            let refusals = [raw_refusal(changed), raw_refusal(set), raw_refusal(gone)];
            assert_eq!(refusals, [RawSqlRefused::Fragment; 3]);
            assert_eq!(sink.events(), []);
        }
    }
    tx.commit().await.unwrap();
    assert_ne!(pid().await, before, "a connection that raw SQL has seen is closed");
}

diesel::define_sql_function!(fn pg_backend_pid() -> Integer);

#[tokio::test(flavor = "multi_thread")]
async fn l20_raw_sql_sees_its_tenant_only() {
    let database = Database::new().await;
    let sink = RecordingSink::new();
    let tenants = database.builder().max_connections(1).audit_sink(sink.clone()).build().await.unwrap();
    let mut pids = Vec::new();
    for (scope, names) in [(acme(), "ada,bob,cyd"), (globex(), "ada,dan,zoe")] {
        let mut tx = tenants.begin(&scope).await.unwrap();
        let all = "SELECT string_agg(name, ',' ORDER BY name) AS line FROM agents";
        assert_eq!(line(&mut tx, all).await, names);
        let bound = tx.raw("a test", "SELECT name || $2 AS line FROM agents WHERE id = $1").unwrap();
        let bound = bound.bind::<Integer, _>(1).bind::<Text, _>("'; DROP").load::<Line>().await.unwrap();
        assert_eq!(bound.iter().map(|row| &*row.line).collect::<Vec<_>>(), ["ada'; DROP"]);
        let changed = tx.raw("a test", "UPDATE agents SET plan_id = 2").unwrap().execute().await.unwrap();
        assert_eq!(changed, 3);
        pids.push(line(&mut tx, "SELECT pg_backend_pid()::text AS line").await);
        tx.commit().await.unwrap();
        assert_eq!(sink.take().len(), 4, "each is recorded");
    }
    assert_ne!(pids[0], pids[1], "its connection is closed");

    let mut tx = tenants.begin(&acme()).await.unwrap();
    let into_another = "INSERT INTO agents (tenant_id, id, name) VALUES (2, 9, 'eve')";
    let refused = tx.raw("a test", into_another).unwrap().execute().await.unwrap_err();
    assert!(refused.to_string().contains("row-level security"), "{refused}");
    for blank in ["", " \n"] {
        assert_eq!(tx.raw(blank, "SELECT 1").map(drop), Err(RawSqlRefused::NoReason));
        assert_eq!(tx.permit_raw_fragments(blank), Err(RawSqlRefused::NoReason));
    }
    drop(tx);

    let open = TenantPool::<Tested>::builder(database.application()).without_wall("a test");
    let open = open.build().await.unwrap();
    let mut tx = open.begin(&acme()).await.unwrap();
    assert_eq!(tx.raw("a test", "SELECT 1").map(drop), Err(RawSqlRefused::NoWall));
    assert_eq!(tx.permit_raw_fragments("a test"), Err(RawSqlRefused::NoWall));
}

#[tokio::test(flavor = "multi_thread")]
async fn across_tenants_through_a_pool_of_its_own() {
    let database = Database::new().await;
    let tenants = database.builder().across(database.across()).build().await.unwrap();
    let sink = RecordingSink::new();
    let cross_tenant = testing::cross_tenant_audited_by(sink.clone(), "nightly report");
    let counted: Result<i64, PoolError> = tenants
        .across(&cross_tenant)
        .transaction(async |tx| {
            let renamed = diesel::sql_query("UPDATE agents SET name = name || '!'");
            assert_eq!(tx.execute_raw("agents", renamed).await?, 6);
            let who = diesel::sql_query("SELECT current_user::text AS line");
            let who: Vec<Line> = tx.load_raw("nothing", who).await?;
            assert_eq!(who[0].line, "tenancy_across");
            // Of any scope, too.
            let one: i64 = agents::table.scoped(&acme()).count().get_result(tx).await?;
            assert_eq!(one, 3);
            Ok(agents::table.across_tenants(&cross_tenant).count().get_result(tx).await?)
        })
        .await;
    assert_eq!(counted.unwrap(), 6);
    let uses: Vec<_> = sink
        .take()
        .into_iter()
        .map(|event| match event {
            RecordedEvent::CrossTenantUsed { subject, access, location, .. } => {
                (subject, access, location.file())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let here = |subject, access| (subject, access, file!());
    assert_eq!(
        uses,
        [here("agents", Access::Write), here("nothing", Access::Read), here("agents", Access::Read)]
    );
    assert!(database.agents().await.iter().all(|line| line.ends_with('!')));

    let without = database.tenants(1).await;
    let refused = without.across(&cross_tenant).begin().await.map(drop);
    assert!(matches!(refused, Err(PoolError::NoCrossTenantPool)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_another_tenant_are_refused_in_every_form() {
    let database = Database::new().await;
    let tenants = database.tenants(1).await;
    let (acme, globex) = (acme(), globex());
    let row = (agents::id.eq(70), agents::name.eq("new"));
    let copied =
        |from| agents::table.scoped(from).filter(agents::id.eq(1)).select((agents::id, agents::name));
    let mut tx = tenants.begin(&acme).await.unwrap();
    let results = [
        insert_into(agents::table.scoped(&globex)).values(&[row, row]).execute(&mut tx).await,
        insert_into(agents::table.scoped(&globex))
            .values(row)
            .on_conflict(agents::id)
            .do_update()
            .set(agents::name.eq("new"))
            .execute(&mut tx)
            .await,
        insert_into(agents::table.scoped(&acme))
            .from_select(copied(&globex), (agents::id, agents::name))
            .execute(&mut tx)
            .await,
        insert_into(agents::table.scoped(&globex))
            .from_select(copied(&acme), (agents::id, agents::name))
            .execute(&mut tx)
            .await,
    ];
    for result in results {
        let Err(Error::QueryBuilderError(source)) = &result else { panic!("not refused: {result:?}") };
        assert_eq!(source.downcast_ref(), Some(&WrongTenant::Another));
    }
    tx.commit().await.unwrap();
    assert_eq!(database.agents().await, FIXTURE);
}

/// The server sends rows before it fails on a later one. Had nobody read on, the COMMIT would be answered with a rollback that
/// looks like a commit.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_after_the_first_row_is_not_lost() {
    let database = Database::new().await;
    database
        .run(
            "CREATE VIEW late AS SELECT id, 10 / (3 - id) AS quotient FROM generate_series(1, 5) AS id;
             GRANT SELECT ON late TO PUBLIC",
        )
        .await;
    let tenants = database.tenants(1).await;
    let acme = acme();
    let mut tx = tenants.begin(&acme).await.unwrap();
    let row = (agents::id.eq(9), agents::name.eq("eve"));
    insert_into(agents::table.scoped(&acme)).values(row).execute(&mut tx).await.unwrap();
    let late =
        tx.raw("a test", "SELECT quotient::text AS line FROM late").unwrap().get_result::<Line>().await;
    assert!(late.is_err(), "{late:?}");
    let committed = tx.commit().await;
    assert!(matches!(committed, Err(PoolError::Aborted)), "{committed:?}");
    assert_eq!(database.agents().await, FIXTURE);
}

/// The task that would roll back belongs to a runtime that ends first.
#[test]
fn a_runtime_that_ends_leaves_no_transaction() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (lasting, ending) = (runtime(), runtime());
    let (database, tenants) = lasting.block_on(async {
        let database = Database::new().await;
        let tenants = database.tenants(1).await;
        (database, tenants)
    });
    let acme = acme();
    let mut tx = lasting.block_on(tenants.begin(&acme)).unwrap();
    lasting.block_on(async {
        let row = (agents::id.eq(9), agents::name.eq("eve"));
        insert_into(agents::table.scoped(&acme)).values(row).execute(&mut tx).await.unwrap();
    });
    // Dropped with the task, while the runtime ends and takes no new ones.
    ending.spawn(async move {
        let _held = tx;
        std::future::pending::<()>().await;
    });
    std::thread::sleep(Duration::from_millis(50));
    ending.shutdown_timeout(Duration::from_secs(5));
    lasting.block_on(async {
        let names: Vec<String> =
            tenants.load(&globex(), agents::table.scoped(&globex()).select(agents::name)).await.unwrap();
        assert_eq!(names.len(), 3);
        database.settled().await;
        assert_eq!(database.agents().await, FIXTURE);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn global_tables_are_read_and_written() {
    let database = Database::new().await;
    let tenants = database.tenants(1).await;
    let written: Result<i64, PoolError> = tenants
        .transaction(&acme(), async |tx| {
            let row = (plans::id.eq(3), plans::name.eq("gold"));
            diesel::insert_into(plans::table).values(row).execute(tx).await?;
            diesel::update(plans::table.find(3)).set(plans::name.eq("silver")).execute(tx).await?;
            diesel::delete(plans::table.find(1)).execute(tx).await?;
            Ok(plans::table.count().get_result(tx).await?)
        })
        .await;
    assert_eq!(written.unwrap(), 2);
}
