//! What MariaDB does otherwise: a deadlock undoes the whole transaction, and what came next would be committed by itself.

use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{insert_into, update};
use tenancy_pool::{
    IsolationLevel, PoolError, RunQueryDsl, TenantPool, TenantTransaction, TransactionOptions,
};
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::counting_proxy::CountingProxy;
use super::mariadb::{Connection, open};

async fn assign(tx: &mut TenantTransaction<Connection, i32>, id: i32, plan: i32) -> QueryResult<usize> {
    let statement = update(agents::table.scoped(&acme())).find(id).set(agents::plan_id.eq(plan));
    statement.execute(tx).await
}

async fn hire(tx: &mut TenantTransaction<Connection, i32>, id: i32) -> QueryResult<usize> {
    let row = (agents::id.eq(id), agents::name.eq(format!("n{id}")));
    insert_into(agents::table.scoped(&acme())).values(row).execute(tx).await
}

fn aborted<T: std::fmt::Debug>(result: QueryResult<T>) -> bool {
    let Err(Error::QueryBuilderError(source)) = &result else { panic!("it ran: {result:?}") };
    matches!(source.downcast_ref(), Some(PoolError::Aborted))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_after_a_deadlock() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    for nested in [false, true] {
        let before = database.agents().await;
        let mut one = tenants.begin(&acme).await.unwrap();
        let mut other = tenants.begin(&acme).await.unwrap();
        assign(&mut one, 1, 2).await.unwrap();
        assign(&mut other, 2, 1).await.unwrap();
        // Each waits for the other; the server chooses whom to undo.
        let crossed = async |tx: &mut TenantTransaction<Connection, i32>, id| -> Result<usize, PoolError> {
            if nested {
                tx.transaction(async |tx| Ok(assign(tx, id, 1).await?)).await
            } else {
                Ok(assign(tx, id, 1).await?)
            }
        };
        let (first, second) = tokio::join!(crossed(&mut one, 2), crossed(&mut other, 1));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let (mut victim, mut survivor, error) = match (first, second) {
            (Err(error), _) => (one, other, error),
            (_, Err(error)) => (other, one, error),
            _ => unreachable!("asserted above"),
        };
        assert!(error.to_string().contains("Deadlock"), "{error}");
        // The error is swallowed, and the work goes on as if nothing had happened.
        assert!(aborted(hire(&mut victim, 7).await));
        let nested: Result<usize, PoolError> = victim.transaction(async |tx| Ok(hire(tx, 8).await?)).await;
        assert!(nested.is_err());
        assert!(aborted(hire(&mut victim, 9).await));
        assert!(matches!(victim.commit().await, Err(PoolError::Aborted)));
        assert_eq!(hire(&mut survivor, 6).await, Ok(1));
        survivor.rollback().await.unwrap();
        assert_eq!(database.agents().await, before);
    }
}

/// The server undoes only the statement; the transaction goes on, as with Diesel's own.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_taken_undoes_its_statement_alone() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let mut tx = tenants.begin(&acme).await.unwrap();
    assert!(hire(&mut tx, 1).await.is_err());
    assert_eq!(hire(&mut tx, 7).await, Ok(1));
    assert_eq!(database.agents().await.len(), 6);
    tx.commit().await.unwrap();
    assert_eq!(database.agents().await.len(), 7);
}

diesel::define_sql_function!(fn connection_id() -> diesel::sql_types::Unsigned<diesel::sql_types::BigInt>);

#[tokio::test(flavor = "multi_thread")]
async fn the_server_opens_a_transaction_as_it_was_told() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let new = TransactionOptions::new;
    let cases = [
        (new(), "REPEATABLE READ 0"),
        (new().isolation(IsolationLevel::ReadCommitted), "READ COMMITTED 0"),
        (new().isolation(IsolationLevel::Serializable), "SERIALIZABLE 0"),
        (new().isolation(IsolationLevel::RepeatableRead).read_only(), "REPEATABLE READ 1"),
        (new(), "REPEATABLE READ 0"),
    ];
    for (options, expected) in cases {
        let mut tx = tenants.begin_with(&acme, options).await.unwrap();
        let id: u64 = diesel::select(connection_id()).get_result(&mut tx).await.unwrap();
        // The server lists a transaction from its first read on.
        assert_eq!(agents::table.scoped(&acme).count().get_result::<i64>(&mut tx).await.unwrap(), 3);
        // And shows its list anew ten times in a second at most.
        tokio::time::sleep(Duration::from_millis(250)).await;
        let listed = format!(
            "SELECT CONCAT(trx_isolation_level, ' ', trx_is_read_only) AS line
             FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = {id}"
        );
        assert_eq!(database.lines(&listed).await, [expected], "{options:?}");
        tx.commit().await.unwrap();
    }
}

/// There is nothing to tell the server ahead of it, so it goes by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_single_query_takes_one_round_trip() {
    let Some((_, database)) = open().await else { return };
    let acme = acme();
    let proxy = CountingProxy::before(database.address()).await;
    // The driver would take the server's socket, past the proxy.
    let address = format!("{}?prefer_socket=false", proxy.address(database.address()));
    let tenants = TenantPool::<Connection>::builder(address).max_connections(1).build().await.unwrap();
    for round in 0..4 {
        proxy.take();
        let query = agents::table.scoped(&acme).select(agents::name).order(agents::id);
        let names: Vec<String> = tenants.load(&acme, query).await.unwrap();
        assert_eq!(names, ["ada", "bob", "cyd"]);
        // The first prepares it.
        assert_eq!(proxy.take(), if round == 0 { 2 } else { 1 });
    }
    // What writes is committed, and has its transaction.
    let renamed = update(agents::table.scoped(&acme)).find(1).set(agents::name.eq("eve"));
    assert_eq!(tenants.execute(&acme, renamed).await.unwrap(), 1);
    assert!(database.agents().await.contains(&"1:1:eve".to_owned()), "{:?}", database.agents().await);
}
