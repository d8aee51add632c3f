//! Behind a pooler in transaction mode, whose connections to the server are everybody's in turn.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Bool, Text};
use diesel::{
    Connection as _, ExpressionMethods as _, PgConnection, QueryDsl as _, QueryableByName, sql_query,
};
use tenancy_core::TenantKey;
use tenancy_diesel::{Scoped, testing, update};
use tenancy_operate::activity::{Activity, ActivityOptions, sample};
use tenancy_operate::tenants::Session;
use tenancy_pool::{OneSyncConnection, PoolError, RunQueryDsl as _, SessionLabel, TenantPool};
use tokio::task::JoinSet;

use crate::database::{Database, boards};
use crate::load::{database, session, slow};
use crate::pgbouncer::PgBouncer;

diesel::define_sql_function! {
    #[sql_name = "pg_catalog.current_setting"]
    fn current_setting(name: Text, missing_ok: Bool) -> Text;
}

/// What the pool's connections are called.
const SERVICE: &str = "shop";

/// Which connections to the server there are, by what they say whose they are.
const SHOWN: &str =
    "SELECT application_name AS line FROM pg_stat_activity WHERE datname = current_database() AND usename = ";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

struct Pooled {
    database: Database,
    pooler: PgBouncer,
    tenants: TenantPool<OneSyncConnection>,
}

impl Pooled {
    /// With so many connections from the pooler to the server.
    async fn new(prefix: &str, connections: u32) -> Option<Self> {
        let database = database(prefix);
        let app = database.role("app");
        let logins = [(app.as_str(), "tenancy")];
        let settings = format!("default_pool_size = {connections}");
        let pooler = PgBouncer::start(database.superuser_url(), &logins, &settings)?;
        database.superuser().batch_execute(&format!("GRANT SELECT, UPDATE ON boards TO {app}")).unwrap();
        let tenants = TenantPool::<OneSyncConnection>::builder(pooler.url(&app, "tenancy"))
            .without_wall("what is tried is the pooler")
            .harmless_functions(["public.slow"])
            .behind_pooler()
            .application_name(SERVICE)
            .max_connections(8)
            .label_sessions();
        Some(Self { tenants: tenants.build().await.unwrap(), database, pooler })
    }

    /// What the server shows of the pooler's connections.
    fn shown(&self) -> BTreeSet<String> {
        let query = sql_query(format!("{SHOWN} '{}'", self.database.role("app")));
        let lines: Vec<Line> = diesel::RunQueryDsl::load(query, &mut self.database.superuser()).unwrap();
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Another program behind the same pooler.
    fn stranger(&self) -> PgConnection {
        let url = self.pooler.url(&self.database.role("app"), "tenancy");
        PgConnection::establish(&format!("{url}&application_name=report")).unwrap()
    }
}

fn label(scope: &Scoped<i32>) -> String {
    SessionLabel::of(&TenantKey::new(&scope.tenant().to_string()).unwrap()).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_a_session_is_a_tenants_for_a_transaction_and_nobodys_after_it() {
    // All have the one.
    let Some(pooled) = Pooled::new("top_pooled", 1).await else { return };
    let tenants = &pooled.tenants;
    let nobodys = || assert_eq!(pooled.shown(), [SERVICE.to_owned()].into());
    for tenant in [1, 2, 1] {
        let scope = testing::scope(tenant);
        let says = || boards::table.scoped(&scope).select(current_setting("application_name", true));
        let said: String = tenants.first(&scope, says()).await.unwrap();
        assert_eq!(said, label(&scope), "a read");
        nobodys();
        let title = boards::title.eq(current_setting("application_name", true));
        tenants.execute(&scope, update(boards::table.scoped(&scope)).find(tenant).set(title)).await.unwrap();
        let title: String =
            tenants.first(&scope, boards::table.scoped(&scope).select(boards::title)).await.unwrap();
        assert_eq!(title, label(&scope), "a write");
        nobodys();
        // One that fails when it runs.
        let broken = update(boards::table.scoped(&scope)).find(tenant).set(boards::title.eq("\0"));
        assert!(matches!(tenants.execute(&scope, broken).await, Err(PoolError::Query(_))));
        nobodys();

        let mut tx = tenants.begin(&scope).await.unwrap();
        let said: String = says().first(&mut tx).await.unwrap();
        assert_eq!(said, label(&scope), "a transaction");
        assert_eq!(pooled.shown(), [label(&scope)].into(), "between its statements");
        tx.commit().await.unwrap();
        nobodys();
        let mut tx = tenants.begin(&scope).await.unwrap();
        let _: String = says().first(&mut tx).await.unwrap();
        drop(tx);
        // Whoever is next has the connection, or another in its place.
        let mut stranger = pooled.stranger();
        stranger.batch_execute("BEGIN").unwrap();
        assert_eq!(pooled.shown(), ["report".to_owned()].into());
        stranger.batch_execute("COMMIT").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_nothing_is_counted_to_another_tenant() {
    let Some(pooled) = Pooled::new("top_shared", 2).await else { return };
    let session = session(&pooled.database).await;
    {
        let mut working = JoinSet::new();
        for (tenant, seconds) in [(1, 0.08), (1, 0.08), (2, 0.02), (3, 0.0)] {
            let (tenants, scope) = (pooled.tenants.clone(), testing::scope(tenant));
            working.spawn(async move {
                loop {
                    let says = current_setting("application_name", true);
                    let own = boards::table.scoped(&scope).select((slow(seconds), says));
                    let said: Vec<(i32, String)> = tenants.load(&scope, own).await.unwrap();
                    assert_eq!(said, [(1, label(&scope))]);
                }
            });
        }
        // A program that has no tenants, and another one's session in each of its transactions.
        let mut stranger = pooled.stranger();
        let strangers = std::thread::spawn(move || {
            for _ in 0..40 {
                let is_ours =
                    "SELECT public.slow(0.04), 1 / (current_setting('application_name') = 'report')::int";
                stranger.batch_execute(is_ours).unwrap();
            }
        });
        let seen = looked(&session).await;
        let told: Vec<_> = seen.tenants.iter().map(|one| one.tenant.as_str()).collect();
        assert!(
            told.first() == Some(&"1") && told.iter().all(|one| ["1", "2", "3"].contains(one)),
            "{seen:?}"
        );
        assert!(seen.unlabelled.active_seconds > 0.0, "the stranger's: {seen:?}");
        strangers.join().unwrap();
        // They work until they are dropped: what has ended has failed.
        if let Some(ended) = working.try_join_next() {
            ended.unwrap();
        }
    }
    // The last transaction of each may run still.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let seen = looked(&session).await;
    assert!(seen.tenants.is_empty() && seen.unlabelled.connections > 0, "{seen:?}");
}

async fn looked(session: &Session) -> Activity {
    let options = ActivityOptions::new().window(Duration::from_secs(1)).every(Duration::from_millis(20));
    sample(session, &options).await.unwrap()
}
