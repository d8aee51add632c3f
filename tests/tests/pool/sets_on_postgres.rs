//! Reading over a set of tenants behind the wall: in a role that has no more than that.

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use futures_util::future::BoxFuture;
use tenancy_diesel::testing::scope_set;
use tenancy_diesel::{ScopedSet, TenantKey};
use tenancy_pool::placement::{Catalog, CatalogError, Placement, SchemaName};
use tenancy_pool::{PoolError, RawSqlRefused, RunQueryDsl, SetTransaction, TenantPool, TransactionOptions};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, plans};

use super::walled::{self, Database, Line};
use crate::Tested;

diesel::define_sql_function!(fn all_agents() -> BigInt);
diesel::define_sql_function!(fn fire_everybody() -> BigInt);

/// What reaches a tenant's table without a statement's saying so.
const AROUND: &str = "
CREATE FUNCTION all_agents() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM agents';
CREATE FUNCTION fire_everybody() RETURNS bigint LANGUAGE sql AS
    'WITH gone AS (DELETE FROM agents RETURNING 1) SELECT count(*) FROM gone';
";

/// A third tenant, of whom no set here is.
const THIRD: &str = "INSERT INTO agents (tenant_id, id, name) VALUES (3, 1, 'eve')";

type Tx = SetTransaction<Tested, i32>;

async fn line(tx: &mut Tx, query: &str) -> String {
    let line: Line = tx.raw("a test", query).unwrap().get_result().await.unwrap();
    line.line
}

async fn counted(tenants: &TenantPool<Tested>, set: &ScopedSet<i32>) -> (String, i64) {
    let db = tenants.within_any(set);
    let mut tx = db.begin().await.unwrap();
    let raw = "SELECT count(*)::text || ' ' || coalesce(string_agg(DISTINCT tenant_id::text, ','), '') AS line FROM agents";
    let seen = line(&mut tx, raw).await;
    tx.commit().await.unwrap();
    (seen, db.get_result(diesel::select(all_agents())).await.unwrap())
}

async fn raw_sql_sees_the_set(database: Database) {
    let tenants =
        database.builder().harmless_functions(["all_agents"]).max_connections(1).build().await.unwrap();
    let before = database.agents().await;
    for _ in 0..2 {
        assert_eq!(counted(&tenants, &scope_set([1, 2])).await, ("6 1,2".to_owned(), 6));
        assert_eq!(counted(&tenants, &scope_set([2])).await, ("3 2".to_owned(), 3));
        assert_eq!(counted(&tenants, &scope_set([2, 77])).await, ("3 2".to_owned(), 3));
        assert_eq!(counted(&tenants, &scope_set(Vec::<i32>::new())).await, ("0 ".to_owned(), 0));
        // One tenant's transaction on the same connection is as before.
        for scope in [acme(), globex()] {
            let seen: i64 = tenants.get_result(&scope, diesel::select(all_agents())).await.unwrap();
            assert_eq!(seen, 3);
        }
        let nobody: i64 = tenants.global().get_result(diesel::select(all_agents())).await.unwrap();
        assert_eq!(nobody, 0);
    }
    assert_eq!(database.agents().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_sql_sees_the_set_behind_a_plain_wall() {
    let database = Database::with_sets(AROUND, |tables| tables).await;
    database.run(THIRD).await;
    raw_sql_sees_the_set(database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_sql_sees_the_set_behind_a_sealed_wall() {
    let database = Database::with_sets(AROUND, |tables| tables).await.seal().await;
    database.run(THIRD).await;
    raw_sql_sees_the_set(database).await;
}

/// Each first in a transaction of its own: read-only is only a part of what keeps it from writing.
const WRITES: [&str; 12] = [
    "INSERT INTO agents (tenant_id, id, name) VALUES (1, 50, 'new')",
    "UPDATE agents SET name = 'x'",
    "DELETE FROM agents",
    "TRUNCATE agents",
    "MERGE INTO agents USING (VALUES (1)) AS v (id) ON false WHEN NOT MATCHED THEN INSERT (tenant_id, id, name) VALUES (1, 50, 'new')",
    "COPY agents (tenant_id, id, name) FROM '/dev/null'",
    "SELECT FROM agents FOR UPDATE",
    "SELECT fire_everybody()",
    "UPDATE plans SET name = 'x'",
    "CREATE TABLE mine AS SELECT * FROM agents",
    "CREATE TEMPORARY TABLE mine AS SELECT * FROM agents",
    "DO $$ BEGIN SET LOCAL transaction_read_only = off; DELETE FROM agents; END $$",
];

async fn nothing_is_written(database: Database) {
    let tenants = database.tenants(1).await;
    let before = database.agents().await;
    let set = scope_set([1, 2]);
    let db = tenants.within_any(&set);
    for write in WRITES {
        let mut tx = db.begin().await.unwrap();
        let done = tx.raw("a test", write).unwrap().execute().await;
        assert!(done.is_err(), "{write}: {done:?}");
        drop(tx);
        // As the role that it came from, which may write, and where the set is nobody.
        let mut tx = db.begin().await.unwrap();
        let became = tx.raw("a test", "RESET ROLE").unwrap().execute().await;
        assert!(became.is_ok(), "{became:?}");
        let done = tx.raw("a test", write).unwrap().execute().await;
        assert!(done.is_err(), "{write} after RESET ROLE: {done:?}");
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        // It cannot be made to write, because it has read.
        let writing = tx.raw("a test", "SET TRANSACTION READ WRITE").unwrap().execute().await;
        assert!(writing.is_err(), "{writing:?}");
    }
    let mut tx = db.begin().await.unwrap();
    tx.raw("a test", "RESET ROLE").unwrap().execute().await.unwrap();
    let seen = tx.raw("a test", "SELECT name AS line FROM agents").unwrap().load::<Line>().await;
    assert!(seen.as_ref().map_or(true, Vec::is_empty), "a set is nobody to the application's role: {seen:?}");
    drop(tx);
    // A function of the database's, by a statement.
    let alone = db.get_result::<_, _, i64>(diesel::select(fire_everybody())).await;
    assert!(alone.unwrap_err().to_string().contains("read-only"));
    let options = TransactionOptions::new();
    let together = db
        .transaction_with(options, async |tx| {
            Ok::<_, PoolError>(diesel::select(fire_everybody()).get_result::<i64>(tx).await?)
        })
        .await;
    assert!(together.unwrap_err().to_string().contains("read-only"));
    assert_eq!(database.agents().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_behind_a_plain_wall() {
    nothing_is_written(Database::with_sets(AROUND, |tables| tables).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_behind_a_sealed_wall() {
    nothing_is_written(Database::with_sets(AROUND, |tables| tables).await.seal().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_without_the_role_refuses_by_name() {
    let database = Database::new().await;
    let tenants = database.tenants(1).await;
    let set = scope_set([1, 2]);
    let db = tenants.within_any(&set);
    let alone = db.get_result::<_, _, i64>(agents::table.scoped(&set).count()).await;
    assert!(matches!(alone, Err(PoolError::NoSetsRole)), "{alone:?}");
    assert!(matches!(db.begin().await.map(drop), Err(PoolError::NoSetsRole)));
    let by_verb = agents::table.scoped(&set).count().get_result::<i64>(&mut tenants.within_any(&set)).await;
    let Err(Error::QueryBuilderError(why)) = by_verb else { panic!("{by_verb:?}") };
    assert!(why.to_string().contains("Roles::sets"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_sql_takes_a_wall_and_a_reason_and_ends_no_transaction() {
    let database = Database::with_sets("", |tables| tables).await;
    let set = scope_set([1, 2]);
    let walled = database.tenants(1).await;
    let mut tx = walled.within_any(&set).begin().await.unwrap();
    assert_eq!(tx.raw(" ", "SELECT 1").err(), Some(RawSqlRefused::NoReason));
    assert_eq!(tx.raw("why not", "COMMIT").err(), Some(RawSqlRefused::TransactionControl));
    tx.rollback().await.unwrap();
    let tenants =
        TenantPool::<Tested>::builder(database.across()).without_wall("a test").build().await.unwrap();
    let mut tx = tenants.within_any(&set).begin().await.unwrap();
    assert_eq!(tx.raw("why not", "SELECT 1").err(), Some(RawSqlRefused::NoWall));
    // Without a wall the statement says whose rows it reads, and the transaction is read only all the same.
    assert_eq!(agents::table.scoped(&set).count().get_result::<i64>(&mut tx).await.unwrap(), 6);
    diesel::define_sql_function! {
        #[sql_name = "pg_catalog.current_setting"]
        fn setting_of(name: Text) -> Text;
    }
    let read_only: String =
        diesel::select(setting_of("transaction_read_only")).get_result(&mut tx).await.unwrap();
    assert_eq!(read_only, "on");
}

/// Each tenant in a schema of its own, but for the first and the third, which share one.
struct Placed;

impl Catalog for Placed {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        let name = if tenant.as_str() == "2" { "globex" } else { "acme" };
        Box::pin(std::future::ready(Ok(Placement::Schema(name.parse::<SchemaName>().unwrap()))))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_in_different_places_are_not_one_set_s() {
    let database = Database::new().await;
    database
        .run(
            "CREATE SCHEMA acme; CREATE SCHEMA globex;
             CREATE TABLE acme.agents (LIKE public.agents); CREATE TABLE globex.agents (LIKE public.agents);
             INSERT INTO acme.agents (tenant_id, id, name) VALUES (1, 1, 'in acme'), (3, 1, 'in acme too');
             GRANT USAGE ON SCHEMA acme, globex TO tenancy_application;
             GRANT SELECT ON ALL TABLES IN SCHEMA acme, globex TO tenancy_application",
        )
        .await;
    let tenants = TenantPool::<Tested>::builder(database.application())
        .without_wall("a test")
        .shared_search_path(["public"])
        .catalog(Placed)
        .build()
        .await
        .unwrap();
    let apart = scope_set([1, 3, 2]);
    let refused = tenants.within_any(&apart).begin().await.map(drop).unwrap_err();
    let PoolError::SetInSeveralPlaces { one, other } = &refused else { panic!("{refused:?}") };
    assert_eq!((one.as_str(), other.as_str()), ("1", "2"));
    assert!(refused.to_string().contains("live in different places"), "{refused}");
    let together = scope_set([1, 3]);
    let db = tenants.within_any(&together);
    let names = agents::table.scoped(&together).select(agents::name).order(agents::name);
    assert_eq!(db.load::<_, _, String>(names).await.unwrap(), ["in acme", "in acme too"]);
    // A set of none is read where the pool is.
    let none = scope_set(Vec::<i32>::new());
    let count: i64 = tenants.within_any(&none).get_result(plans::table.count()).await.unwrap();
    assert_eq!(count, 2);
}

/// The limit is a tenant's, and a set is several.
#[tokio::test(flavor = "multi_thread")]
async fn no_tenants_limit_counts_and_no_first_statement_is_sent() {
    let database = Database::with_sets("", |tables| tables).await;
    let tenants = database
        .builder()
        .max_connections(3)
        .max_connections_per_tenant(1)
        .first_statements(|tenant| vec![format!("SELECT 1/({tenant} - {tenant})")])
        .build()
        .await
        .unwrap();
    let set = scope_set([1, 2]);
    let db = tenants.within_any(&set);
    let (mut one, mut two) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    for tx in [&mut one, &mut two] {
        assert_eq!(agents::table.scoped(&set).count().get_result::<i64>(tx).await.unwrap(), 6);
    }
    assert_eq!(walled::FIXTURE.len(), 6);
}
