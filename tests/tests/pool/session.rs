//! What one tenant's statement leaves on a connection, and whether the next tenant meets it.
//!
//! Each setting that changes what statements mean is planted by each way that SQL can run; then the next tenant, on a pool of
//! one connection, looks at its session and writes.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Bool, Text};
use tenancy_diesel::{Scoped, insert_into, update};
use tenancy_pool::{PoolError, RawSqlRefused, RunQueryDsl, TenantPool};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, plans};

use super::walled::Database;
use crate::Tested;

diesel::define_sql_function! {
    #[sql_name = "pg_catalog.set_config"]
    fn set_config(name: Text, value: Text, is_local: Bool) -> Text;
}
diesel::define_sql_function! {
    #[sql_name = "pg_catalog.current_setting"]
    fn current_setting(name: Text, missing_ok: Bool) -> Nullable<Text>;
}
diesel::define_sql_function!(fn pg_backend_pid() -> Integer);

/// Settings, each with a value that the next tenant would notice.
const SETTINGS: [(&str, &str); 14] = [
    ("client_encoding", "LATIN1"),
    ("TimeZone", "Asia/Tokyo"),
    ("DateStyle", "German, DMY"),
    ("IntervalStyle", "iso_8601"),
    ("bytea_output", "escape"),
    ("extra_float_digits", "-5"),
    ("standard_conforming_strings", "off"),
    ("search_path", "nowhere"),
    ("row_security", "off"),
    ("default_transaction_read_only", "on"),
    ("default_transaction_isolation", "serializable"),
    ("lock_timeout", "77"),
    ("statement_timeout", "77000"),
    ("app.actor", "mallory"),
];

/// The transaction's own, which come of the defaults above.
const OF_THE_TRANSACTION: [&str; 3] = ["transaction_read_only", "transaction_isolation", "role"];

/// The settings as a tenant's transaction has them.
async fn settings(tenants: &TenantPool<Tested>, scope: &Scoped<i32>) -> Vec<String> {
    let mut tx = tenants.begin(scope).await.unwrap();
    let mut seen = Vec::new();
    for name in SETTINGS.map(|(name, _)| name).into_iter().chain(OF_THE_TRANSACTION) {
        let value: Option<String> =
            diesel::select(current_setting(name, true)).get_result(&mut tx).await.unwrap();
        seen.push(format!("{name} = {}", value.unwrap_or_default()));
    }
    tx.commit().await.unwrap();
    seen
}

async fn pid(tenants: &TenantPool<Tested>) -> i32 {
    let mut tx = tenants.begin(&globex()).await.unwrap();
    let pid = diesel::select(pg_backend_pid()).get_result(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    pid
}

/// That GLOBEX finds its session as it was, and its words are stored as it says them.
async fn untouched(database: &Database, tenants: &TenantPool<Tested>, before: &[String], what: &str) {
    assert_eq!(settings(tenants, &globex()).await, before, "{what}");
    let row = (agents::id.eq(50), agents::name.eq("Zoé"));
    let written = tenants.execute(&globex(), insert_into(agents::table.scoped(&globex())).values(row)).await;
    assert_eq!(written.map_err(|error| error.to_string()), Ok(1), "{what}");
    let stored =
        database.lines("SELECT concat_ws(':', tenant_id, name) AS line FROM agents WHERE id = 50").await;
    assert_eq!(stored, ["2:Zoé"], "{what}");
    database.run("DELETE FROM agents WHERE id >= 50").await;
}

/// The ways that SQL can run. The first are functions that Diesel's macro makes of any name: no fragment is refused.
#[derive(Debug, Clone, Copy)]
enum Way {
    Select,
    SingleQuery,
    InsertValue,
    UpdateGlobal,
    PermittedFragment,
    Raw,
}

const WAYS: [Way; 6] =
    [Way::Select, Way::SingleQuery, Way::InsertValue, Way::UpdateGlobal, Way::PermittedFragment, Way::Raw];

async fn plant(
    tenants: &TenantPool<Tested>,
    way: Way,
    name: &'static str,
    value: &'static str,
) -> Result<(), PoolError> {
    let acme = acme();
    let call = || set_config(name, value, false);
    if let Way::SingleQuery = way {
        let _: String =
            tenants.first(&acme, agents::table.scoped(&acme).select(call()).order(agents::id)).await?;
        return Ok(());
    }
    tenants
        .transaction(&acme, async |tx| {
            match way {
                Way::Select | Way::SingleQuery => {
                    let _: String = diesel::select(call()).get_result(tx).await?;
                }
                Way::InsertValue => {
                    let row = (agents::id.eq(60), agents::name.eq(call()));
                    insert_into(agents::table.scoped(&acme)).values(row).execute(tx).await?;
                }
                Way::UpdateGlobal => {
                    diesel::update(plans::table.find(1)).set(plans::name.eq(call())).execute(tx).await?;
                }
                Way::PermittedFragment => {
                    tx.permit_raw_fragments("a test")?;
                    let call = sql::<Text>(&format!("set_config('{name}', '{value}', false)"));
                    insert_into(agents::table.scoped(&acme))
                        .values((agents::id.eq(60), agents::name.eq(call)))
                        .execute(tx)
                        .await?;
                }
                Way::Raw => {
                    let call = tx.raw("a test", "SELECT set_config($1, $2, false)")?;
                    call.bind::<Text, _>(name).bind::<Text, _>(value).execute().await?;
                }
            }
            Ok(())
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_statement_sets_is_not_there_for_the_next_tenant() {
    for database in [Database::new().await, Database::sealed().await] {
        let tenants = database.tenants(1).await;
        let before = settings(&tenants, &globex()).await;
        for way in WAYS {
            for (name, value) in SETTINGS {
                plant(&tenants, way, name, value).await.unwrap();
                let what = format!("{name}, {way:?}");
                untouched(&database, &tenants, &before, &what).await;
            }
        }
    }
}

/// Said to be harmless, a function closes no connection. If it is not, the session is set right all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_function_sets_that_is_said_to_be_harmless_is_not_there_either() {
    let database = Database::new().await;
    let builder = database.builder().max_connections(1);
    let tenants = builder.harmless_functions(["pg_catalog.set_config"]).build().await.unwrap();
    let (before, backend) = (settings(&tenants, &globex()).await, pid(&tenants).await);
    for (name, value) in SETTINGS {
        plant(&tenants, Way::InsertValue, name, value).await.unwrap();
        untouched(&database, &tenants, &before, name).await;
    }
    assert_eq!(pid(&tenants).await, backend);
}

/// What no setting back would undo.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_the_session_goes_with_its_connection() {
    diesel::define_sql_function!(fn pg_try_advisory_lock(key: diesel::sql_types::BigInt) -> Bool);
    let database = Database::new().await;
    let tenants = database.tenants(1).await;
    let mut tx = tenants.begin(&acme()).await.unwrap();
    assert!(diesel::select(pg_try_advisory_lock(77)).get_result::<bool>(&mut tx).await.unwrap());
    tx.commit().await.unwrap();
    let _ = pid(&tenants).await;
    database.settled().await;
    let held = "SELECT objid::text AS line FROM pg_locks WHERE locktype = 'advisory' AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(database.lines(held).await, [""; 0]);
}

/// A function that the application's own database calls by itself. No statement shows it, so that the connection stays; what
/// opens the next transaction has to set its session right.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_trigger_sets_is_not_there_for_the_next_tenant() {
    let trigger = "
        CREATE FUNCTION plant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM set_config(split_part(NEW.name, '=', 1), split_part(NEW.name, '=', 2), false);
            RETURN NEW;
        END $$;
        CREATE TRIGGER plants BEFORE INSERT ON agents FOR EACH ROW WHEN (NEW.name LIKE '%=%') EXECUTE FUNCTION plant()";
    for database in [Database::with(trigger, |tables| tables).await, Database::sealed_with(trigger).await] {
        let tenants = database.tenants(1).await;
        let (acme, before, backend) = (acme(), settings(&tenants, &globex()).await, pid(&tenants).await);
        for (name, value) in SETTINGS {
            let row = (agents::id.eq(60), agents::name.eq(format!("{name}={value}")));
            tenants.execute(&acme, insert_into(agents::table.scoped(&acme)).values(row)).await.unwrap();
            untouched(&database, &tenants, &before, name).await;
            assert_eq!(pid(&tenants).await, backend, "a trigger closes no connection");
        }
    }
}

/// A raw fragment in every statement, whatever its kind, is refused before it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_raw_fragment_is_refused_wherever_it_stands() {
    let walled = Database::new().await;
    let open = TenantPool::<Tested>::builder(walled.application())
        .without_wall("a test")
        .max_connections(1)
        .build()
        .await
        .unwrap();
    for tenants in [walled.tenants(1).await, open] {
        let (acme, before) = (acme(), settings(&tenants, &globex()).await);
        let backend = pid(&tenants).await;
        for text in [
            "set_config('client_encoding', 'LATIN1', false)",
            "(SELECT string_agg(name, ',') FROM agents)",
            "(SELECT string_agg(\"name\", ',') FROM \"agents\")",
            "upper(\"current_user\"())",
        ] {
            let raw = || sql::<Text>(text);
            let row = || (agents::id.eq(70), agents::name.eq("new"));
            let table = || agents::table.scoped(&acme);
            let mut tx = tenants.begin(&acme).await.unwrap();
            let tx = &mut tx;
            let results = [
                insert_into(table()).values((agents::id.eq(70), agents::name.eq(raw()))).execute(tx).await,
                insert_into(table())
                    .values(row())
                    .on_conflict(agents::id)
                    .do_update()
                    .set(agents::name.eq(raw()))
                    .execute(tx)
                    .await,
                insert_into(table())
                    .from_select(table().select((agents::id, raw())), (agents::id, agents::name))
                    .execute(tx)
                    .await,
                insert_into(table())
                    .from_select(table().into_boxed().select((agents::id, raw())), (agents::id, agents::name))
                    .execute(tx)
                    .await,
                insert_into(table()).values(row()).returning(raw()).get_result::<String>(tx).await.map(|_| 1),
                update(table()).set(agents::name.eq(raw())).execute(tx).await,
                update(table())
                    .set(agents::name.eq("x"))
                    .returning(raw())
                    .get_result::<String>(tx)
                    .await
                    .map(|_| 1),
                diesel::update(plans::table.find(1)).set(plans::name.eq(raw())).execute(tx).await,
                diesel::update(plans::table.filter(raw().eq("x"))).set(plans::name.eq("x")).execute(tx).await,
                diesel::update(plans::table)
                    .set(plans::name.eq("x"))
                    .into_boxed()
                    .filter(raw().eq("x"))
                    .execute(tx)
                    .await,
                diesel::update(plans::table.find(1))
                    .set(plans::name.eq("x"))
                    .returning(raw())
                    .get_result::<String>(tx)
                    .await
                    .map(|_| 1),
                diesel::insert_into(plans::table)
                    .values((plans::id.eq(9), plans::name.eq(raw())))
                    .execute(tx)
                    .await,
                diesel::insert_into(plans::table)
                    .values((plans::id.eq(1), plans::name.eq("x")))
                    .on_conflict(plans::id)
                    .do_update()
                    .set(plans::name.eq(raw()))
                    .execute(tx)
                    .await,
                diesel::insert_into(plans::table)
                    .values((plans::id.eq(9), plans::name.eq("x")))
                    .returning(raw())
                    .get_result::<String>(tx)
                    .await
                    .map(|_| 1),
                diesel::delete(plans::table.filter(raw().eq("x"))).execute(tx).await,
                diesel::select(raw()).get_result::<String>(tx).await.map(|_| 1),
            ];
            for (place, result) in results.into_iter().enumerate() {
                let refused = match &result {
                    Err(Error::QueryBuilderError(source)) => source.downcast_ref(),
                    _ => None,
                };
                assert_eq!(refused, Some(&RawSqlRefused::Fragment), "{text}, {place}: {result:?}");
            }
        }
        assert_eq!(settings(&tenants, &globex()).await, before);
        assert_eq!(pid(&tenants).await, backend, "nothing was sent");
    }
}

/// Statements whose text Diesel does not cache for another reason than a fragment.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_fragment_runs() {
    #[derive(Insertable)]
    #[diesel(table_name = agents)]
    struct New<'a> {
        id: i32,
        name: &'a str,
        plan_id: Option<i32>,
    }
    let database = Database::new().await;
    let tenants = database.tenants(1).await;
    let (acme, backend) = (acme(), pid(&tenants).await);
    let table = || agents::table.scoped(&acme);
    let mut tx = tenants.begin(&acme).await.unwrap();
    let tx = &mut tx;
    let rows = [New { id: 80, name: "one", plan_id: None }, New { id: 81, name: "two", plan_id: Some(1) }];
    assert_eq!(insert_into(table()).values(&rows).execute(tx).await, Ok(2));
    let paid = diesel::update(plans::table.find(2))
        .set(plans::name.eq(plans::name.concat("!")))
        .returning(plans::id)
        .execute(tx)
        .await
        .unwrap();
    assert_eq!(paid, 1);
    let upsert = diesel::insert_into(plans::table)
        .values(vec![(plans::id.eq(1), plans::name.eq("x")), (plans::id.eq(5), plans::name.eq("y"))])
        .on_conflict(plans::id)
        .do_update()
        .set(plans::name.eq(diesel::upsert::excluded(plans::name)));
    assert_eq!(upsert.execute(tx).await, Ok(2));
    let boxed = diesel::update(plans::table).set(plans::name.eq("z")).into_boxed().filter(plans::id.eq(5));
    assert_eq!(boxed.execute(tx).await, Ok(1));
    let known = update(table()).set(
        agents::name.eq(diesel::dsl::case_when(agents::id.eq(80), agents::name).otherwise(agents::name)),
    );
    assert_eq!(known.execute(tx).await, Ok(5));
    let _: Vec<i64> =
        table().group_by(agents::plan_id).select(diesel::dsl::count_star()).load(tx).await.unwrap();
    let still = diesel::select(pg_backend_pid()).get_result::<i32>(tx).await.unwrap();
    assert_eq!(still, backend);
}
