//! Single statements on a session that is told its tenant and remembers it.
//!
//! What the session holds is asked with the statement itself, in the list of what it selects or of what it returns: so it is
//! the wall's tenant that is seen, not that of the types.

use std::time::Duration;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Bool, Text};
use tenancy_diesel::{Scoped, delete, insert_into, update};
use tenancy_pool::{PoolError, TenantPool};
use tenancy_rls::{Binding, Sealer, SealingKey, Wall};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, plans};
use tenancy_tests::server::known_holes;

use super::cancellation::polled;
use super::spoiling_proxy::SpoilingProxy;
use super::walled::{Database, FIXTURE, Line};
use crate::Tested;

diesel::define_sql_function! {
    #[sql_name = "tenancy.tenant"]
    fn tenant() -> Nullable<Text>;
}
diesel::define_sql_function! {
    #[sql_name = "tenancy.tenant"]
    fn tenant_as_name() -> Text;
}
diesel::define_sql_function! {
    #[sql_name = "pg_catalog.current_setting"]
    fn current_setting(name: Text, missing_ok: Bool) -> Nullable<Text>;
}

diesel::define_sql_function! {
    #[sql_name = "public.sneak"]
    fn sneak() -> Integer;
}

/// A function that writes, where it may.
const SNEAK: &str = "CREATE FUNCTION public.sneak() RETURNS int LANGUAGE sql AS $$
    UPDATE agents SET name = 'x' WHERE id = 2 RETURNING id $$";

/// What the session is set right with, whenever it is told.
///
/// Where it is prepared, the statement's name says it.
pub(crate) const TOLD: &str = "RESET ROLE";

/// A pool of one connection, through a proxy that counts and spoils what its session is told.
pub(crate) struct Told {
    pub(crate) tenants: TenantPool<Tested>,
    pub(crate) proxy: SpoilingProxy,
    pub(crate) database: Database,
}

impl Told {
    pub(crate) async fn new(database: Database) -> Self {
        let url = database.application();
        let proxy = SpoilingProxy::before(&url, TOLD).await;
        let builder = database.builder_at(proxy.address(&url)).max_connections(1);
        let tenants = builder.harmless_functions(["tenancy.tenant"]).build().await.unwrap();
        Self { tenants, proxy, database }
    }

    /// Behind each kind of wall.
    pub(crate) async fn both() -> [Self; 2] {
        [Self::new(Database::new().await).await, Self::new(Database::sealed().await).await]
    }

    /// Whose the wall took a read for.
    pub(crate) async fn reads(&self, scope: &Scoped<i32>) -> Result<Option<String>, PoolError> {
        self.tenants.first(scope, agents::table.scoped(scope).select(tenant())).await
    }

    /// Whose the wall took a write for: it is a name that the agent then has.
    pub(crate) async fn writes(&self, scope: &Scoped<i32>) -> Result<Option<String>, PoolError> {
        // Not by RETURNING, which has a transaction.
        let named = update(agents::table.scoped(scope)).find(1).set(agents::name.eq(tenant_as_name()));
        self.tenants.execute(scope, named).await?;
        let query =
            format!("SELECT name AS line FROM agents WHERE tenant_id = {} AND id = 1", scope.tenant());
        let seen = self.database.lines(&query).await.pop();
        self.tidy().await;
        Ok(seen)
    }

    /// Gives the agents their names again.
    async fn tidy(&self) {
        self.database.run("UPDATE agents SET name = 'ada' WHERE id = 1 AND name <> 'ada'").await;
    }
}

pub(crate) fn text(tenant: &str) -> Option<String> {
    Some(tenant.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_statement_has_its_own_tenant() {
    for told in Told::both().await {
        let (acme, globex) = (acme(), globex());
        for turn in 0..3 {
            for (scope, name) in [(&acme, "1"), (&globex, "2")] {
                assert_eq!(told.reads(scope).await.unwrap(), text(name), "turn {turn}");
                assert_eq!(told.writes(scope).await.unwrap(), text(name), "turn {turn}");
                assert_eq!(told.writes(scope).await.unwrap(), text(name), "again, turn {turn}");
                assert_eq!(told.reads(scope).await.unwrap(), text(name), "again, turn {turn}");
            }
            assert_eq!(
                told.writes(&acme).await.unwrap(),
                text("1"),
                "a write of another tenant, turn {turn}"
            );
            let none: Option<String> =
                told.tenants.global().first(plans::table.select(tenant())).await.unwrap();
            assert_eq!(none, None, "nobody's, turn {turn}");
        }
        assert_eq!(told.database.agents().await, FIXTURE);
    }
}

/// A read leaves the session as it was; after a write, and for another tenant, it is set right.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_not_told_again() {
    for told in Told::both().await {
        let (acme, globex) = (acme(), globex());
        told.reads(&acme).await.unwrap();
        told.proxy.take();
        for _ in 0..5 {
            told.reads(&acme).await.unwrap();
        }
        assert_eq!(told.proxy.take(), 0, "told before");
        told.reads(&globex).await.unwrap();
        assert_eq!(told.proxy.take(), 1, "another tenant");
        told.writes(&globex).await.unwrap();
        assert_eq!(told.proxy.take(), 1, "a write behind a read");
        told.writes(&globex).await.unwrap();
        assert_eq!(told.proxy.take(), 1, "a write behind a write");
        told.reads(&globex).await.unwrap();
        told.reads(&globex).await.unwrap();
        assert_eq!(told.proxy.take(), 1, "behind a write, and then told before");
        let mut tx = told.tenants.begin(&globex).await.unwrap();
        let _: i64 = tenancy_pool::RunQueryDsl::get_result(agents::table.scoped(&globex).count(), &mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        told.proxy.take();
        told.reads(&globex).await.unwrap();
        assert_eq!(told.proxy.take(), 1, "a transaction takes the session back");
    }
}

/// The session is GLOBEX', and what would make it ACME's fails: nothing may run as if it had not.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_counts_that_ran_behind_what_failed() {
    for told in Told::both().await {
        let (acme, globex) = (acme(), globex());
        let afresh = async || {
            told.database.settled().await;
            // By a write, after which the session is not read only.
            assert_eq!(told.writes(&globex).await.unwrap(), text("2"));
            told.proxy.spoil_the_next();
        };

        afresh().await;
        told.reads(&acme).await.unwrap_err();
        assert_eq!(told.reads(&acme).await.unwrap(), text("1"), "and the next is told");

        afresh().await;
        // Global, so that neither the types nor the policies keep it from being done.
        let raised = diesel::update(plans::table.find(1)).set(plans::name.eq("stolen"));
        told.tenants.execute(&acme, raised).await.unwrap_err();
        let names = told.database.lines("SELECT name AS line FROM plans ORDER BY id").await;
        assert_eq!(names, ["free", "paid"], "a write waits for the answer");

        afresh().await;
        let mut tx = told.tenants.begin(&acme).await.unwrap();
        let theft = "UPDATE agents SET name = 'stolen' WHERE id = 2";
        tx.raw("a test", theft).unwrap().execute().await.unwrap_err();
        drop(tx);
        told.database.settled().await;
        assert_eq!(told.database.agents().await, FIXTURE, "raw SQL waits for the answer");

        afresh().await;
        let mut tx = told.tenants.begin(&acme).await.unwrap();
        let read: Result<Line, _> =
            tx.raw("a test", "SELECT name AS line FROM agents").unwrap().get_result().await;
        read.unwrap_err();
        drop(tx);
        assert_eq!(told.writes(&acme).await.unwrap(), text("1"));
    }
}

/// Dropped at each poll, whatever it is: the next tenant's session is its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_statement_leaves_no_tenant_behind() {
    for told in Told::both().await {
        let (acme, globex) = (acme(), globex());
        for polls in 0..12 {
            for (first, second, name) in [(&acme, &globex, "2"), (&globex, &acme, "1")] {
                assert_eq!(told.reads(second).await.unwrap(), text(name), "before, {polls} polls");
                let _dropped = polled(polls, told.reads(first)).await;
                assert_eq!(told.reads(second).await.unwrap(), text(name), "a read, {polls} polls");
                let _dropped = polled(polls, told.writes(first)).await;
                assert_eq!(told.writes(second).await.unwrap(), text(name), "a write, {polls} polls");
                let _dropped = polled(polls, told.writes(first)).await;
                assert_eq!(told.reads(second).await.unwrap(), text(name), "a read after it, {polls} polls");
            }
        }
        // What was dropped may be done all the same.
        told.database.settled().await;
        told.tidy().await;
        assert_eq!(told.database.agents().await, FIXTURE);
    }
}

/// A failed statement says nothing of the session.
#[tokio::test(flavor = "multi_thread")]
async fn after_an_error_the_session_is_told_anew() {
    for told in Told::both().await {
        let (acme, globex) = (acme(), globex());
        told.writes(&acme).await.unwrap();
        let taken = (agents::id.eq(70), agents::name.eq("ada"));
        let taken = told.tenants.execute(&acme, insert_into(agents::table.scoped(&acme)).values(taken)).await;
        let violation = matches!(
            taken,
            Err(PoolError::Query(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
        );
        assert!(violation, "{taken:?}");
        told.proxy.take();
        assert_eq!(told.reads(&acme).await.unwrap(), text("1"));
        assert_eq!(told.proxy.take(), 1);
        assert_eq!(told.reads(&globex).await.unwrap(), text("2"));
    }
}

/// What a trigger sets is there for nobody, as in transactions: not even for its own tenant.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_trigger_sets_is_set_back() {
    let database = Database::with(
        "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             PERFORM set_config('tenancy.tenant', '2', false), set_config('search_path', 'nowhere', false),
                 set_config('app.actor', 'mallory', false), set_config('row_security', 'off', false),
                 set_config('default_transaction_read_only', 'on', false);
             RETURN NULL;
         END $$;
         CREATE TRIGGER meddles AFTER UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION meddle()",
        |tables| tables,
    )
    .await;
    let told = Told::new(database).await;
    let actor = async |scope: &Scoped<i32>| {
        let query = agents::table.scoped(scope).select((tenant(), current_setting("app.actor", true)));
        let found: (Option<String>, Option<String>) = told.tenants.first(scope, query).await.unwrap();
        found
    };
    for (writer, reader, name) in [(acme(), acme(), "1"), (acme(), globex(), "2"), (globex(), acme(), "1")] {
        told.writes(&writer).await.unwrap();
        let (tenant, actor) = actor(&reader).await;
        assert_eq!((tenant, actor.unwrap_or_default()), (text(name), String::new()));
        told.writes(&writer).await.unwrap();
        told.writes(&reader).await.unwrap();
        let row = (agents::id.eq(60), agents::name.eq("new"));
        let hired = insert_into(agents::table.scoped(&reader)).values(row);
        assert_eq!(told.tenants.execute(&reader, hired).await.unwrap(), 1);
        let fired = delete(agents::table.scoped(&reader)).find(60);
        assert_eq!(told.tenants.execute(&reader, fired).await.unwrap(), 1);
    }
    assert_eq!(told.database.agents().await, FIXTURE);
}

/// A read changes nothing, whatever the functions do that it calls and that are said to be harmless.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_read_only_and_a_write_is_not() {
    let database = Database::with(SNEAK, |tables| tables).await;
    let builder = database.builder().max_connections(1);
    let tenants = builder.harmless_functions(["public.sneak"]).build().await.unwrap();
    let acme = acme();
    for _ in 0..2 {
        let sneaked: Result<i32, _> = tenants.first(&acme, agents::table.scoped(&acme).select(sneak())).await;
        assert!(sneaked.unwrap_err().to_string().contains("read-only"));
        let renamed = || update(agents::table.scoped(&acme)).find(1).set(agents::name.eq("ada"));
        assert_eq!(tenants.execute(&acme, renamed()).await.unwrap(), 1);
        assert_eq!(tenants.execute(&acme, renamed()).await.unwrap(), 1);
    }
    assert_eq!(database.agents().await, FIXTURE);
}

/// The server stops in the middle of what the session is told: nothing runs behind it, not even what a read's function does.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_behind_what_stopped_in_the_middle() {
    let database = Database::with(SNEAK, |tables| tables).await;
    let url = database.application();
    let proxy = SpoilingProxy::before(&url, "default_transaction_read_only").await;
    let builder = database.builder_at(proxy.address(&url)).max_connections(1);
    let tenants = builder.harmless_functions(["tenancy.tenant", "public.sneak"]).build().await.unwrap();
    let told = Told { tenants, proxy, database };
    let (acme, globex) = (acme(), globex());
    assert_eq!(told.writes(&globex).await.unwrap(), text("2"));
    told.proxy.misspell_the_next();
    // Of a global table, whose rows another tenant's session reads as well.
    let sneaked: Result<i32, _> = told.tenants.first(&acme, plans::table.select(sneak())).await;
    assert!(sneaked.unwrap_err().to_string().contains("xefault"));
    told.database.settled().await;
    assert_eq!(told.database.agents().await, FIXTURE);
    assert_eq!(told.reads(&acme).await.unwrap(), text("1"));
}

/// A seal that is told to a session is sealed anew before it is no longer good.
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_is_renewed_in_time() {
    let database = Database::sealed().await;
    let key = SealingKey::new(1, [7; 32]).unwrap();
    database.run(&key.install(Binding::Backend)).await;
    let url = database.application();
    // Of a seal itself, where it is bound.
    let proxy = SpoilingProxy::before(&url, "v1.1.").await;
    let wall = Wall::sealed(database.security(), Sealer::new(key).lifetime(Duration::from_secs(4)));
    let builder = TenantPool::builder(proxy.address(&url)).wall(wall).waive(known_holes()).max_connections(1);
    let tenants: TenantPool<Tested> = builder.harmless_functions(["tenancy.tenant"]).build().await.unwrap();
    let told = Told { tenants, proxy, database };
    let acme = acme();
    told.reads(&acme).await.unwrap();
    told.proxy.take();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(told.reads(&acme).await.unwrap(), text("1"));
    }
    // In the seven seconds or more of which each is good for two.
    assert!((2..=10).contains(&told.proxy.take()));
}
