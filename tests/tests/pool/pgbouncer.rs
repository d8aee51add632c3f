//! Behind a PgBouncer in transaction mode that keeps the names of prepared statements apart.
//!
//! `TENANCY_PGBOUNCER_URL` names one, of 1.21 or later with `max_prepared_statements` (1.24 has it on by default), as a role that may
//! create a schema. Without it the test is skipped, and says so; with one that does not answer it fails.

use std::io::Write as _;

use diesel::define_sql_function;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tenancy_core::TenantKey;
use tenancy_diesel::{insert_into, testing};
use tenancy_pool::{PoolError, RunQueryDsl, SessionLabel, TenantPool};
use tenancy_tests::fixture::TABLES;
use tenancy_tests::schema::agents;

use crate::Tested;

define_sql_function! {
    /// The server's own.
    fn current_setting(name: Text, missing_ok: Bool) -> Text;
}

const VARIABLE: &str = "TENANCY_PGBOUNCER_URL";

const SCHEMA: &str = "tenancy_behind_pgbouncer";

/// Tenants, tasks of each, and transactions of each task: many more than the pooler has connections to the server.
const LOAD: (i32, i32, i32) = (6, 3, 25);

#[tokio::test(flavor = "multi_thread")]
async fn l41_l86_each_transaction_has_its_own_tenant_behind_a_pooler() {
    let Some(url) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) else {
        // Not `eprintln!`: the harness would swallow it.
        let _ = writeln!(std::io::stderr(), "skipped: {VARIABLE} names no PgBouncer of 1.21 or later");
        return;
    };
    let mut setup = AsyncPgConnection::establish(&url).await.expect("the pooler that the environment names");
    let tables = format!(
        "BEGIN; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}; SET LOCAL search_path TO {SCHEMA}; {TABLES} COMMIT"
    );
    setup.batch_execute(&tables).await.expect("the tables");

    let tenants = TenantPool::<Tested>::builder(url)
        .behind_pooler()
        .max_connections(8)
        .label_sessions()
        // As the wall's own statement, with a search path to tell transactions apart by as well.
        .first_statements(|tenant| {
            vec![
                format!("SET LOCAL tenancy.tenant = '{tenant}'"),
                format!("SET LOCAL search_path TO {SCHEMA}"),
            ]
        })
        .without_wall("what is tried is the pooler")
        .build()
        .await
        .expect("the pooler that the environment names");
    let (tenant_count, tasks, transactions) = LOAD;
    let mut running = tokio::task::JoinSet::new();
    for tenant in 1..=tenant_count {
        for task in 0..tasks {
            let tenants = tenants.clone();
            running.spawn(async move {
                for number in 0..transactions {
                    turn(&tenants, tenant, task * transactions + number).await.expect("a transaction");
                }
            });
        }
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("a task");
    }
    for tenant in 1..=tenant_count {
        let scope = testing::scope(tenant);
        let hired: i64 =
            tenants.get_result(&scope, agents::table.scoped(&scope).count()).await.expect("a count");
        assert_eq!(hired, i64::from(tasks * transactions));
    }
    // A division by zero if there is one.
    let left = "SELECT 1 / (COALESCE(current_setting('tenancy.tenant', true), '') = '')::int,
                       1 / (NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'tenant%'))::int";
    for _ in 0..20 {
        setup.batch_execute(left).await.expect("no tenant is left on a connection to the server");
    }
    setup.batch_execute(&format!("DROP SCHEMA {SCHEMA} CASCADE")).await.expect("the tables are gone");
}

/// A write, and reads that say whose transaction it is, in one transaction and by themselves.
async fn turn(tenants: &TenantPool<Tested>, tenant: i32, id: i32) -> Result<(), PoolError> {
    let scope = testing::scope(tenant);
    let label = SessionLabel::of(&TenantKey::new(&tenant.to_string()).expect("a key")).to_string();
    let own = vec![(tenant, tenant.to_string(), label)];
    let whose = || {
        let agents = agents::table.scoped(&scope).filter(agents::id.eq(id));
        let says = |setting| current_setting(setting, true);
        agents.select((agents::tenant_id, says("tenancy.tenant"), says("application_name")))
    };
    let seen: Vec<(i32, String, String)> = tenants
        .transaction(&scope, async |tx| {
            let agent = (agents::id.eq(id), agents::name.eq(format!("agent {id}")));
            insert_into(agents::table.scoped(&scope)).values(agent).execute(tx).await?;
            Ok::<_, PoolError>(whose().load(tx).await?)
        })
        .await?;
    assert_eq!(seen, own);
    let seen: Vec<(i32, String, String)> = tenants.load(&scope, whose()).await?;
    assert_eq!(seen, own);
    Ok(())
}
