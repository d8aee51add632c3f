//! Where a session is told its tenant: in schemas of tenants' own too, and not in a pool of the application's.

use diesel::prelude::*;
use diesel_async::SimpleAsyncConnection;
use futures_util::future::BoxFuture;
use tenancy_diesel::{Scoped, TenantKey, insert_into, update};
use tenancy_pool::TenantPool;
use tenancy_pool::placement::{Catalog, CatalogError, Placement, SchemaName};
use tenancy_rls::Wall;
use tenancy_tests::fixture::{TABLES, acme, globex};
use tenancy_tests::schema::agents;
use tenancy_tests::server::known_holes;

use super::cancellation::polled;
use super::spoiling_proxy::SpoilingProxy;
use super::told::{TOLD, Told, text};
use super::walled::{APPLICATION, Database, FIXTURE, lines, pool};

diesel::define_sql_function! {
    #[sql_name = "tenancy.tenant"]
    fn tenant() -> Nullable<Text>;
}

/// A connection that is the application's own is told for a transaction only.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_on_a_connection_of_the_application_s_pool() {
    let database = Database::new().await;
    let own = pool(database.application(), 1).await;
    let builder = TenantPool::over(own.clone()).wall(Wall::plain(database.security())).waive(known_holes());
    let tenants = builder.harmless_functions(["tenancy.tenant"]).build().await.unwrap();
    let acme = acme();
    let seen: Option<String> =
        tenants.first(&acme, agents::table.scoped(&acme).select(tenant())).await.unwrap();
    assert_eq!(seen, text("1"));
    let renamed = update(agents::table.scoped(&acme)).find(1).set(agents::name.eq("ada"));
    assert_eq!(tenants.execute(&acme, renamed).await.unwrap(), 1);
    let mut connection = own.get().await.unwrap();
    connection.batch_execute("SELECT 1").await.unwrap();
    let left = "SELECT concat(current_setting('tenancy.tenant', true), current_setting('transaction_read_only')) AS line";
    assert_eq!(lines(&mut connection, left).await, ["off"]);
}

/// GLOBEX has a schema of its own.
struct Placed;

impl Catalog for Placed {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        let own = tenant.as_str() == "2";
        let place = || Placement::Schema("globex".parse::<SchemaName>().unwrap());
        Box::pin(std::future::ready(Ok(if own { place() } else { Placement::Shared })))
    }
}

/// A schema is inspected on whichever connection first gets there, by trying what the role may do: the session is taken back before. From
/// then on the session is told where its tenant lives, as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_in_a_schema_of_its_own_is_told_its_path() {
    let database = Database::new().await;
    let own = database.security().in_tenant_schema(&"globex".parse().unwrap());
    database
        .run(&format!(
            "CREATE SCHEMA globex; GRANT USAGE ON SCHEMA globex TO {APPLICATION};
             SET search_path TO globex; {TABLES}; {}",
            own.tables_migration().up()
        ))
        .await;
    let url = database.application();
    let proxy = SpoilingProxy::before(&url, TOLD).await;
    let builder = database.builder_at(proxy.address(&url)).catalog(Placed).max_connections(1);
    let tenants = builder.harmless_functions(["tenancy.tenant"]).build().await.unwrap();
    let told = Told { tenants, proxy, database };
    let (acme, globex) = (acme(), globex());
    let names = async |scope: &Scoped<i32>| -> Vec<String> {
        let names = agents::table.scoped(scope).select(agents::name).order(agents::id);
        told.tenants.load(scope, names).await.unwrap()
    };
    for polls in 0..20 {
        assert_eq!(told.reads(&acme).await.unwrap(), text("1"));
        let _dropped = polled(polls, names(&globex)).await;
        assert_eq!(told.reads(&acme).await.unwrap(), text("1"), "the inspection dropped after {polls} polls");
    }
    for turn in 0..3 {
        assert_eq!(names(&acme).await, ["ada", "bob", "cyd"], "turn {turn}");
        assert_eq!(told.reads(&acme).await.unwrap(), text("1"));
        let there: Vec<String> = (0..turn).map(|id| format!("n{id}")).collect();
        assert_eq!(names(&globex).await, there, "turn {turn}");
        let row = (agents::id.eq(turn), agents::name.eq(format!("n{turn}")));
        let hired = insert_into(agents::table.scoped(&globex)).values(row);
        assert_eq!(told.tenants.execute(&globex, hired).await.unwrap(), 1);
        told.proxy.take();
        names(&globex).await;
        names(&globex).await;
        assert_eq!(told.proxy.take(), 1, "told once, behind the write");
    }
    assert_eq!(told.database.agents().await, FIXTURE, "nothing of it is in the shared tables");
}

/// A hole that no rule sees, in a schema of a tenant's own: an equality that is more lenient than it seems. The inspection finds it by a
/// write, which a session that only reads refuses for another reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_hole_of_a_schema_is_found_behind_a_read() {
    let database = Database::new().await;
    let own = database.security().in_tenant_schema(&"globex".parse().unwrap());
    database
        .run(&format!(
            "CREATE SCHEMA globex; GRANT USAGE ON SCHEMA globex TO {APPLICATION};
             CREATE DOMAIN org AS integer;
             CREATE FUNCTION same(org, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
             CREATE OPERATOR = (LEFTARG = org, RIGHTARG = integer, FUNCTION = same);
             SET search_path TO globex, public; {TABLES};
             ALTER TABLE agents ALTER tenant_id TYPE org; {}",
            own.tables_migration().up()
        ))
        .await;
    let tenants = database.builder().catalog(Placed).max_connections(1).build().await.unwrap();
    let (acme, globex) = (acme(), globex());
    for _ in 0..2 {
        let names = |scope| agents::table.scoped(scope).select(agents::name).order(agents::id);
        let ours: Vec<String> = tenants.load(&acme, names(&acme)).await.unwrap();
        assert_eq!(ours, ["ada", "bob", "cyd"]);
        let refused: Result<Vec<String>, _> = tenants.load(&globex, names(&globex)).await;
        let refused = tenancy_tests::chain(&refused.unwrap_err());
        assert!(refused.contains("R098"), "{refused}");
    }
}
