//! Global tables without a scope, behind the wall: the session has no tenant, and raw SQL does not run.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Bool, Text};
use diesel_async::SimpleAsyncConnection as _;
use futures_util::future::BoxFuture;
use tenancy_diesel::TenantKey;
use tenancy_pool::placement::{Catalog, CatalogError, Placement, SchemaName};
use tenancy_pool::{PoolError, RawSqlRefused, RunQueryDsl, TenantPool, TransactionOptions};
use tenancy_rls::Wall;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, plans};
use tenancy_tests::server::known_holes;

use super::walled::{self, Database};
use crate::Tested;

diesel::define_sql_function! {
    #[sql_name = "pg_catalog.current_setting"]
    fn current_setting(name: Text, missing_ok: Bool) -> Nullable<Text>;
}
diesel::define_sql_function!(fn current_user_name() -> Text);
diesel::define_sql_function!(fn all_agents() -> BigInt);
diesel::define_sql_function!(fn fire_everybody() -> BigInt);

/// What reaches a tenant's table without a statement's saying so.
const AROUND: &str = "
CREATE FUNCTION all_agents() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM agents';
CREATE FUNCTION current_user_name() RETURNS text LANGUAGE sql STABLE AS 'SELECT current_user::text';
CREATE FUNCTION fire_everybody() RETURNS bigint LANGUAGE sql AS
    'WITH gone AS (DELETE FROM agents RETURNING 1) SELECT count(*) FROM gone';
";

/// What a transaction of no tenant finds: the setting, the agents, those it has removed, and its role.
async fn found(tenants: &TenantPool<Tested>) -> (Option<String>, i64, i64, String) {
    let db = tenants.global();
    db.transaction(async |tx| {
        Ok::<_, PoolError>((
            diesel::select(current_setting("tenancy.tenant", true)).get_result(tx).await?,
            diesel::select(all_agents()).get_result(tx).await?,
            diesel::select(fire_everybody()).get_result(tx).await?,
            diesel::select(current_user_name()).get_result(tx).await?,
        ))
    })
    .await
    .unwrap()
}

async fn no_tenant(database: Database) {
    // One connection, which would be found as the last one has left it. The functions do leave it alone.
    let harmless = ["all_agents", "fire_everybody", "current_user_name"];
    let tenants = database.builder().harmless_functions(harmless).max_connections(1).build().await.unwrap();
    let nobody = (Some(String::new()), 0, 0, walled::APPLICATION.to_owned());
    for scope in [acme(), globex()] {
        let seen: i64 = tenants.get_result(&scope, diesel::select(all_agents())).await.unwrap();
        assert_eq!(seen, 3, "the function shows a tenant its rows");
        assert_eq!(found(&tenants).await, nobody);
        let alone: i64 = tenants.global().get_result(diesel::select(all_agents())).await.unwrap();
        assert_eq!(alone, 0, "in a single query as well");
        // The other way round, and when the tenant's has not ended well.
        let mut tx = tenants.begin(&scope).await.unwrap();
        assert_eq!(diesel::select(all_agents()).get_result::<i64>(&mut tx).await.unwrap(), 3);
        drop(tx);
        assert_eq!(found(&tenants).await, nobody);
    }
    let names: Vec<String> =
        tenants.global().load(plans::table.select(plans::name).order(plans::id)).await.unwrap();
    assert_eq!(names, ["free", "paid"]);
    assert_eq!(database.agents().await, walled::FIXTURE);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_tenant_behind_a_plain_wall() {
    no_tenant(Database::with(AROUND, |tables| tables).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_tenant_behind_a_sealed_wall() {
    no_tenant(Database::sealed_with(AROUND).await).await;
}

/// On a connection of the application's nothing is set back; a tenant that somebody has set for the session does not count.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_of_the_session_is_none_of_the_transactions() {
    let database = Database::with(AROUND, |tables| tables).await;
    let pool = walled::pool(database.application(), 1).await;
    pool.get().await.unwrap().batch_execute("SET tenancy.tenant = '1'").await.unwrap();
    let wall = Wall::plain(database.security());
    let tenants = TenantPool::over(pool)
        .wall(wall)
        .waive(known_holes())
        .harmless_functions(["all_agents", "fire_everybody", "current_user_name"])
        .build()
        .await
        .unwrap();
    let alone: i64 = tenants.global().get_result(diesel::select(all_agents())).await.unwrap();
    assert_eq!(alone, 0);
    assert_eq!(found(&tenants).await, (Some(String::new()), 0, 0, walled::APPLICATION.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_fragment_is_refused() {
    let database = Database::new().await;
    let db = database.tenants(1).await.global();
    let raw = || sql::<Bool>("EXISTS (SELECT FROM agents)");
    let alone: Result<Vec<String>, _> = db.load(plans::table.filter(raw()).select(plans::name)).await;
    let Err(PoolError::Query(Error::QueryBuilderError(why))) = alone else { panic!("{alone:?}") };
    assert_eq!(why.downcast_ref(), Some(&RawSqlRefused::Fragment));
    let mut tx = db.begin().await.unwrap();
    let results = [
        plans::table.filter(raw()).count().get_result::<i64>(&mut tx).await.map(drop),
        diesel::update(plans::table.filter(raw())).set(plans::name.eq("x")).execute(&mut tx).await.map(drop),
        diesel::update(plans::table).set(plans::name.eq(sql::<Text>("'x'"))).execute(&mut tx).await.map(drop),
        diesel::delete(plans::table.filter(raw())).execute(&mut tx).await.map(drop),
        diesel::select(raw()).get_result::<bool>(&mut tx).await.map(drop),
    ];
    for result in results {
        let Err(Error::QueryBuilderError(why)) = result else { panic!("not refused: {result:?}") };
        assert_eq!(why.downcast_ref(), Some(&RawSqlRefused::Fragment));
    }
    assert_eq!(plans::table.count().get_result::<i64>(&mut tx).await.unwrap(), 2);
}

/// Writing is the database's to grant: the wall's migration lets the application read global tables, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_role_may_not_write_is_not_written() {
    let database = Database::new().await;
    database.run("REVOKE INSERT, UPDATE, DELETE ON plans FROM tenancy_application").await;
    let tenants = database.tenants(1).await;
    let write = || diesel::update(plans::table).set(plans::name.eq("x"));
    for refused in [tenants.global().execute(write()).await, tenants.execute(&acme(), write()).await] {
        assert!(refused.unwrap_err().to_string().contains("permission denied"));
    }
    let read: i64 = tenants.global().get_result(plans::table.count()).await.unwrap();
    assert_eq!(read, 2);
    // A transaction may be opened read only, as a tenant's.
    database.run("GRANT UPDATE ON plans TO tenancy_application").await;
    let options = TransactionOptions::new().read_only();
    let db = tenants.global();
    let read_only = db
        .transaction_with(options, async |tx| {
            write().execute(tx).await?;
            Ok::<_, PoolError>(())
        })
        .await;
    assert!(read_only.unwrap_err().to_string().contains("read-only"));
}

/// ACME has a schema of its own, with plans of its own.
struct Placed;

impl Catalog for Placed {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        let own = tenant.as_str() == "1";
        let place = || Placement::Schema("acme".parse::<SchemaName>().unwrap());
        Box::pin(std::future::ready(Ok(if own { place() } else { Placement::Shared })))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn global_tables_are_those_of_the_pools_own_database_wherever_tenants_live() {
    let database = Database::new().await;
    database
        .run(
            "CREATE SCHEMA acme; CREATE TABLE acme.plans AS SELECT 7 AS id, 'of acme' AS name;
             CREATE TABLE acme.agents (LIKE public.agents); GRANT USAGE ON SCHEMA acme TO tenancy_application;
             GRANT SELECT ON ALL TABLES IN SCHEMA acme TO tenancy_application;",
        )
        .await;
    let tenants = TenantPool::<Tested>::builder(database.application())
        .without_wall("a test")
        .shared_search_path(["public"])
        .catalog(Placed)
        .max_connections(1)
        .build()
        .await
        .unwrap();
    let names = || plans::table.order(plans::id).select(plans::name);
    for _ in 0..2 {
        assert_eq!(tenants.load::<_, _, _, _, String>(&acme(), names()).await.unwrap(), ["of acme"]);
        assert_eq!(tenants.global().load::<_, _, String>(names()).await.unwrap(), ["free", "paid"]);
        let mut tx = tenants.global().begin().await.unwrap();
        assert_eq!(names().load::<String>(&mut tx).await.unwrap(), ["free", "paid"]);
        tx.commit().await.unwrap();
        let none: i64 = tenants.get_result(&acme(), agents::table.scoped(&acme()).count()).await.unwrap();
        assert_eq!(none, 0);
    }
}

/// The limit is a tenant's, and what is nobody's does not wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn no_tenants_limit_counts() {
    let database = Database::new().await;
    let tenants = database.builder().max_connections(3).max_connections_per_tenant(1).build().await.unwrap();
    let db = tenants.global();
    let mut one = db.begin().await.unwrap();
    let mut two = db.begin().await.unwrap();
    for tx in [&mut one, &mut two] {
        assert_eq!(plans::table.count().get_result::<i64>(tx).await.unwrap(), 2);
    }
    assert_eq!(db.get_result::<_, _, i64>(plans::table.count()).await.unwrap(), 2);
}
