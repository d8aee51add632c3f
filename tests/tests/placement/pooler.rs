//! Poolers: which are told apart from the server, which are refused, which are good.

use std::io::Write as _;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use tenancy_diesel::{insert_into, testing, update};
use tenancy_pool::placement::{CatalogConnection, NoAddresses, PgCatalog};
use tenancy_pool::{OneSyncConnection, PoolError, TenantPool};
use tenancy_rls::{Roles, RowSecurity, Wall, tables};
use tenancy_tests::fixture::TABLES;
use tenancy_tests::schema::{agents, canvases, plans};
use tenancy_tests::server::known_holes;

use crate::connecting::refusal;
use crate::database::{Database, PASSWORD, address};
use crate::pgbouncer::PgBouncer;

/// Names one that keeps the names of prepared statements apart.
const VARIABLE: &str = "TENANCY_PGBOUNCER_URL";

#[tokio::test(flavor = "multi_thread")]
async fn l41_a_pooler_is_not_taken_for_the_server() {
    let database = Database::new("pooler");
    // It refuses the startup option, or it drops it.
    for settings in ["", "ignore_startup_parameters = options"] {
        let Some(pooler) = PgBouncer::start(&database.url, &database.logins(), settings) else { return };
        let connection = CatalogConnection::new(address(&pooler.url(&database.reader, PASSWORD)));
        let error = refusal(connection).await;
        assert!(
            error.contains("a pooler answers") && error.contains(".behind_pooler()"),
            "{settings}: {error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l41_a_pooler_that_passes_the_names_of_statements_on_is_refused() {
    let database = Database::new("pooler");
    let Some(pooler) = PgBouncer::start(&database.url, &database.logins(), "default_pool_size = 2") else {
        return;
    };
    if !PgBouncer::is_old() {
        let _ = writeln!(std::io::stderr(), "skipped: the pgbouncer installed is not one to refuse");
        return;
    }
    // Again and again: what a pooler mixes up it does not mix up each time.
    for _ in 0..20 {
        let connection =
            CatalogConnection::new(address(&pooler.url(&database.reader, PASSWORD))).behind_pooler();
        let error = refusal(connection).await;
        assert!(error.contains("PgBouncer 1.21") && error.contains("`max_prepared_statements`"), "{error}");
    }
}

#[tokio::test]
async fn a_good_pooler_is_taken() {
    let Some(url) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) else {
        let _ = writeln!(std::io::stderr(), "skipped: {VARIABLE} names no PgBouncer of 1.21 or later");
        return;
    };
    let connection = CatalogConnection::new(address(&url)).behind_pooler();
    PgCatalog::open(connection, NoAddresses).await.expect("the pooler that the environment names");
    let error = refusal(CatalogConnection::new(address(&url))).await;
    assert!(error.contains(".behind_pooler()"), "{error}");
}

diesel::define_sql_function! {
    /// The server's own.
    #[sql_name = "pg_catalog.current_setting"]
    fn current_setting(name: Text, missing_ok: Bool) -> Nullable<Text>;
}

/// The connection of our own has no names for its statements, and tells the wall its tenant in one transaction with each: so any pooler
/// will do, also one that mixes names up.
#[tokio::test(flavor = "multi_thread")]
async fn l41_l86_each_single_statement_has_its_own_tenant_behind_any_pooler() {
    let database = Database::new("pooler");
    let Some(pooler) = PgBouncer::start(&database.url, &database.logins(), "default_pool_size = 2") else {
        return;
    };
    database.run(TABLES);
    let roles = Roles::new(&database.application, &database.manager).expect("names of roles");
    let security = RowSecurity::new(tables![agents, canvases, plans], roles).expect("tables");
    database.run(&security.migration().up());
    database.run(&format!("GRANT ALL ON plans TO {}", database.application));
    let tenants = TenantPool::<OneSyncConnection>::builder(pooler.url(&database.application, PASSWORD))
        .wall(Wall::plain(security))
        .waive(known_holes())
        .behind_pooler()
        .max_connections(6)
        .build()
        .await
        .expect("a pool");
    let told = || current_setting("tenancy.tenant", true);
    let mut running = tokio::task::JoinSet::new();
    for task in 0..12 {
        let tenants = tenants.clone();
        running.spawn(async move {
            let tenant = task % 6 + 1;
            let scope = testing::scope(tenant);
            for number in 0..20 {
                let id = task * 1000 + number;
                let row = (agents::id.eq(id), agents::name.eq(format!("agent {id}")));
                let hired = insert_into(agents::table.scoped(&scope)).values(row);
                assert_eq!(tenants.execute(&scope, hired).await?, 1);
                let renamed = update(agents::table.scoped(&scope)).find(id);
                let renamed = renamed.set(agents::name.eq(format!("agent {id}, renamed")));
                assert_eq!(tenants.execute(&scope, renamed).await?, 1);
                let whose = agents::table.scoped(&scope).filter(agents::id.eq(id));
                let whose: Vec<(i32, Option<String>)> =
                    tenants.load(&scope, whose.select((agents::tenant_id, told()))).await?;
                assert_eq!(whose, [(tenant, Some(tenant.to_string()))]);
                // A failing one in between leaves nothing either.
                let twice = (agents::id.eq(id), agents::name.eq("twice"));
                let twice = insert_into(agents::table.scoped(&scope)).values(twice);
                assert!(tenants.execute(&scope, twice).await.is_err());
                let mut tx = tenants.begin(&scope).await?;
                let count: i64 =
                    tenancy_pool::RunQueryDsl::get_result(agents::table.scoped(&scope).count(), &mut tx)
                        .await?;
                assert!(count > 0);
                tx.commit().await?;
            }
            Ok::<_, PoolError>(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("a task").expect("its statements");
    }
    assert_eq!(database.count("agents WHERE name LIKE '%, renamed'"), 240);
    assert_eq!(database.count("agents WHERE tenant_id <> id / 1000 % 6 + 1"), 0);
    let names =
        "pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()";
    assert_eq!(database.count(names), 0);
}
