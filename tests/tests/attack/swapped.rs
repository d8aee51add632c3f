//! Transactions that are swapped for each other while one is lent.

use std::mem;

use diesel::ExpressionMethods as _;
use tenancy_diesel::{Scoped, insert_into};
use tenancy_pool::{PoolError, RunQueryDsl, TenantTransaction};

use crate::database::{agents, lines};
use crate::tenants::{scope, sealed};

async fn hire(
    tx: &mut TenantTransaction<diesel_async::AsyncPgConnection, i32>,
    scope: &Scoped<i32>,
    name: &str,
) {
    insert_into(agents::table.scoped(scope)).values(agents::name.eq(name)).execute(tx).await.unwrap();
}

/// The work's error is said to undo what it did; committing the transaction that it swapped away must not bring it back.
#[tokio::test(flavor = "multi_thread")]
async fn the_work_of_a_nested_transaction_swaps_it_away() {
    for fails in [true, false] {
        let (database, builder) = sealed("attack_swap");
        let tenants = builder.build().await.unwrap();
        let one = scope(1);
        let mut outer = tenants.begin(&one).await.unwrap();
        let mut other = tenants.begin(&one).await.unwrap();
        hire(&mut other, &one, "other").await;
        let nested: Result<(), PoolError> = outer
            .transaction(async |tx| {
                hire(tx, &one, "nested").await;
                mem::swap(tx, &mut other);
                if fails { Err(PoolError::NoCrossTenantPool) } else { Ok(()) }
            })
            .await;
        assert!(nested.is_err());
        assert!(matches!(outer.commit().await, Err(PoolError::Cancelled)));
        assert!(matches!(other.commit().await, Err(PoolError::Cancelled)));
        let rows = lines(&mut database.superuser(), "SELECT name FROM agents").unwrap();
        assert!(!rows.iter().any(|row| row.contains("other") || row.contains("nested")), "{rows:?}");
    }
}
