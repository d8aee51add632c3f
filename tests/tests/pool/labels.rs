//! What a session says whose it is, asked with the statement itself, and of the server between statements.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use tenancy_core::TenantKey;
use tenancy_diesel::{Scoped, insert_into, update};
use tenancy_pool::{PoolError, RunQueryDsl, SessionLabel, TenantPool};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, plans};

use super::walled::{APPLICATION, Database};
use crate::Tested;

diesel::define_sql_function! {
    #[sql_name = "pg_catalog.current_setting"]
    fn current_setting(name: Text, missing_ok: Bool) -> Text;
}

/// What the connections are called otherwise.
const SERVICE: &str = "shop";

struct Labelled {
    tenants: TenantPool<Tested>,
    database: Database,
}

impl Labelled {
    async fn new(database: Database) -> Self {
        let builder = database.builder().application_name(SERVICE).max_connections(1);
        Self { tenants: builder.label_sessions().build().await.unwrap(), database }
    }

    async fn reads(&self, scope: &Scoped<i32>) -> String {
        let query = agents::table.scoped(scope).select(current_setting("application_name", true));
        self.tenants.first(scope, query).await.unwrap()
    }

    /// By a write, whose value it is.
    async fn writes(&self, scope: &Scoped<i32>) -> String {
        let name = agents::name.eq(current_setting("application_name", true));
        self.tenants.execute(scope, update(agents::table.scoped(scope)).find(1).set(name)).await.unwrap();
        let query =
            format!("SELECT name AS line FROM agents WHERE tenant_id = {} AND id = 1", scope.tenant());
        self.database.lines(&query).await.pop().unwrap()
    }

    async fn in_a_transaction(&self, scope: &Scoped<i32>) -> String {
        let mut tx = self.tenants.begin(scope).await.unwrap();
        let query = agents::table.scoped(scope).select(current_setting("application_name", true));
        let label: String = query.first(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        label
    }

    /// What the server shows of the pool's one connection.
    async fn shown(&self) -> Vec<String> {
        self.database.settled().await;
        let query = format!(
            "SELECT application_name AS line FROM pg_stat_activity WHERE usename = '{APPLICATION}' AND datname = current_database()"
        );
        self.database.lines(&query).await
    }
}

fn label(scope: &Scoped<i32>) -> String {
    SessionLabel::of(&TenantKey::new(&scope.tenant().to_string()).unwrap()).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_says_whose_it_is_whichever_way_it_is_told() {
    for database in [Database::new().await, Database::sealed().await] {
        let labelled = Labelled::new(database).await;
        let (acme, globex) = (acme(), globex());
        for turn in 0..2 {
            for scope in [&acme, &globex] {
                assert_eq!(labelled.reads(scope).await, label(scope), "turn {turn}");
                assert_eq!(labelled.reads(scope).await, label(scope), "told before, turn {turn}");
                assert_eq!(labelled.shown().await, [label(scope)], "between its statements, turn {turn}");
                assert_eq!(labelled.writes(scope).await, label(scope), "turn {turn}");
                assert_eq!(labelled.in_a_transaction(scope).await, label(scope), "turn {turn}");
                assert_eq!(labelled.shown().await, [SERVICE], "a transaction's is over with it, turn {turn}");
            }
            assert_eq!(labelled.writes(&acme).await, label(&acme), "a write of another tenant, turn {turn}");
            let nobodys: String = labelled
                .tenants
                .global()
                .first(plans::table.select(current_setting("application_name", true)))
                .await
                .unwrap();
            assert_eq!(nobodys, SERVICE, "turn {turn}");
            assert_eq!(labelled.shown().await, [SERVICE], "turn {turn}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_error_a_session_is_labelled_anew() {
    let labelled = Labelled::new(Database::new().await).await;
    let (acme, globex) = (acme(), globex());
    labelled.writes(&globex).await;
    let taken = insert_into(agents::table.scoped(&acme)).values((agents::id.eq(2), agents::name.eq("again")));
    assert!(matches!(labelled.tenants.execute(&acme, taken).await, Err(PoolError::Query(_))));
    assert_eq!(labelled.reads(&acme).await, label(&acme));
    let mut tx = labelled.tenants.begin(&acme).await.unwrap();
    let renamed = "SELECT set_config('application_name', 'mallory', false) AS line FROM agents";
    tx.raw("a test", renamed).unwrap().execute().await.unwrap();
    drop(tx);
    assert_eq!(labelled.reads(&globex).await, label(&globex));
    assert_eq!(labelled.writes(&acme).await, label(&acme));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_unless_it_is_asked_for() {
    let database = Database::new().await;
    let tenants = database.builder().application_name(SERVICE).max_connections(1).build().await.unwrap();
    let labelled = Labelled { tenants, database };
    assert_eq!(labelled.reads(&acme()).await, SERVICE);
    assert_eq!(labelled.writes(&globex()).await, SERVICE);
    assert_eq!(labelled.in_a_transaction(&acme()).await, SERVICE);
}

/// Where nothing is told otherwise, the label is, and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_wall_a_session_says_it_as_well() {
    let database = Database::new().await;
    let pool =
        TenantPool::<Tested>::builder(database.superusers()).without_wall("a test").application_name(SERVICE);
    let tenants = pool.max_connections(1).label_sessions().build().await.unwrap();
    let labelled = Labelled { tenants, database };
    let (acme, globex) = (acme(), globex());
    for scope in [&acme, &globex, &acme] {
        assert_eq!(labelled.reads(scope).await, label(scope));
        assert_eq!(labelled.writes(scope).await, label(scope));
        assert_eq!(labelled.in_a_transaction(scope).await, label(scope));
    }
    labelled.reads(&acme).await;
    let nobodys = plans::table.select(current_setting("application_name", true));
    let shown: String = labelled.tenants.global().first(nobodys).await.unwrap();
    assert_eq!(shown, SERVICE);
}
