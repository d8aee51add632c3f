//! What PostgreSQL is told ahead of a tenant's statements: the transaction's options, and statements of one's own.

use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::{delete, insert_into};
use tenancy_pool::{IsolationLevel, PoolError, RunQueryDsl, TenantPool, TransactionOptions};
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::walled::{Database, FIXTURE, line};
use crate::Tested;

#[tokio::test(flavor = "multi_thread")]
async fn the_server_opens_a_transaction_as_it_was_told() {
    let database = Database::new().await;
    let tenants = database.tenants(1).await;
    let acme = acme();
    let new = TransactionOptions::new;
    let cases = [
        (new(), "read committed off off"),
        (new().isolation(IsolationLevel::ReadCommitted), "read committed off off"),
        (new().isolation(IsolationLevel::RepeatableRead), "repeatable read off off"),
        (new().isolation(IsolationLevel::Serializable), "serializable off off"),
        (new().read_only(), "read committed on off"),
        (new().deferrable(), "read committed off on"),
        (new().isolation(IsolationLevel::Serializable).read_only().deferrable(), "serializable on on"),
    ];
    let settings = "SELECT concat_ws(' ', current_setting('transaction_isolation'),
        current_setting('transaction_read_only'), current_setting('transaction_deferrable')) AS line";
    for (options, expected) in cases {
        let mut tx = tenants.begin_with(&acme, options).await.unwrap();
        assert_eq!(line(&mut tx, settings).await, expected);
        tx.commit().await.unwrap();
        // None of it is left for the next.
        let mut tx = tenants.begin(&acme).await.unwrap();
        assert_eq!(line(&mut tx, settings).await, "read committed off off");
    }
    let mut tx = tenants.begin_with(&acme, new().read_only()).await.unwrap();
    let refused = delete(agents::table.scoped(&acme)).execute(&mut tx).await;
    assert!(refused.unwrap_err().to_string().contains("read-only"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_query_runs_read_only() {
    let database = Database::new().await;
    let tenants = database.tenants(1).await;
    let acme = acme();
    diesel::define_sql_function!(fn nextval(sequence: Text) -> diesel::sql_types::BigInt);
    database.run("CREATE SEQUENCE numbers; GRANT ALL ON SEQUENCE numbers TO PUBLIC").await;
    let written: Result<i64, _> = tenants.get_result(&acme, diesel::select(nextval("numbers"))).await;
    assert!(written.unwrap_err().to_string().contains("read-only"));
}

/// Without a wall there is nothing to tell the server ahead of a query, so it goes by itself: no transaction is read only.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_wall_a_single_query_needs_no_transaction() {
    let database = Database::new().await;
    let open = || TenantPool::<Tested>::builder(database.application()).max_connections(1);
    let open = || open().without_wall("the test is about what is sent without one");
    let acme = acme();
    diesel::define_sql_function!(fn current_setting(name: Text) -> Text);
    let alone = open().build().await.unwrap();
    let read_only: String =
        alone.get_result(&acme, diesel::select(current_setting("transaction_read_only"))).await.unwrap();
    assert_eq!(read_only, "off");
    // It leaves its connection as it found it, also when it fails.
    let failed: Result<String, _> =
        alone.get_result(&acme, diesel::select(current_setting("no.such_setting"))).await;
    assert!(matches!(failed, Err(PoolError::Query(_))), "{failed:?}");
    let again: String =
        alone.get_result(&acme, diesel::select(current_setting("transaction_read_only"))).await.unwrap();
    assert_eq!(again, "off");
    // With something to be sent first there is one.
    let told = open().first_statements(|_| vec!["SET LOCAL statement_timeout TO 60000".to_owned()]);
    let told = told.build().await.unwrap();
    let read_only: String =
        told.get_result(&acme, diesel::select(current_setting("transaction_read_only"))).await.unwrap();
    assert_eq!(read_only, "on");
}

/// A statement whose opening never leaves the client would run outside of a transaction.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_opened_is_not_run() {
    let database = Database::new().await;
    let acme = acme();
    let builder = TenantPool::<Tested>::builder(database.superusers()).max_connections(1);
    // The driver sends no text with a NUL.
    let builder = builder.without_wall("only what is sent is looked at").shared_search_path(["pub\0lic"]);
    let tenants = builder.build().await.unwrap();
    let row = (agents::id.eq(7), agents::name.eq("eve"));
    let hired = tenants.execute(&acme, insert_into(agents::table.scoped(&acme)).values(row)).await;
    assert!(matches!(hired, Err(PoolError::Query(_))), "{hired:?}");
    assert_eq!(database.agents().await, FIXTURE);
}

/// A message that the server cannot read is refused as a whole, BEGIN and all.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_behind_an_opening_that_makes_no_sense() {
    let database = Database::new().await;
    for nonsense in ["SELECT (", "no statement", "SELECT 1/0", "SELECT '\0'"] {
        let builder = TenantPool::<Tested>::builder(database.application());
        let builder = builder.max_connections(1).without_wall("the types alone");
        let tenants = builder.first_statements(|_| vec![nonsense.to_owned()]).build().await.unwrap();
        // Without row-level security's help.
        database.run("ALTER TABLE agents DISABLE ROW LEVEL SECURITY").await;
        let acme = acme();
        let row = (agents::id.eq(9), agents::name.eq("eve"));
        let refused = tenants.execute(&acme, insert_into(agents::table.scoped(&acme)).values(row)).await;
        assert!(refused.is_err(), "{nonsense}");
        database.settled().await;
        assert_eq!(database.agents().await, FIXTURE, "{nonsense}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn first_statements_run_in_the_transaction_and_ahead_of_the_tenants_own() {
    let database = Database::new().await;
    let tenants = database
        .builder()
        .max_connections(1)
        .first_statements(|tenant| {
            vec![format!(
                "SELECT set_config('test.seen', concat_ws('/', '{tenant}', current_setting('tenancy.tenant', true)), true)"
            )]
        })
        .build()
        .await
        .unwrap();
    let mut tx = tenants.begin(&acme()).await.unwrap();
    let seen =
        "SELECT concat_ws(' ', current_setting('test.seen'), current_setting('tenancy.tenant')) AS line";
    assert!(["1 1", "1/ 1"].contains(&&*line(&mut tx, seen).await));
    tx.commit().await.unwrap();
}
