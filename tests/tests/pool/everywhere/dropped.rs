//! A transaction that is dropped after each number of polls: all of it is there, or nothing.

use tenancy_pool::PoolError;
use tenancy_tests::fixture::acme;

use super::super::open;
use super::endings::hire;
use crate::cancellation::polled;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_by_halves() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let (mut id, mut committed, mut uncertain) = (100, Vec::new(), Vec::new());
    for _ in 0..10 {
        for polls in 0.. {
            id += 2;
            let pair = [format!("1:{id}:n{id}"), format!("1:{0}:n{0}", id + 1)];
            let whole = tenants.transaction(&acme, async |tx| {
                hire(tx, &acme, id).await?;
                hire(tx, &acme, id + 1).await?;
                Ok::<_, PoolError>(())
            });
            match polled(polls, whole).await {
                Some(done) => {
                    done.unwrap();
                    committed.push(pair);
                    break;
                }
                None => uncertain.push(pair),
            }
            // Never committed, wherever it is dropped.
            id += 2;
            let never = async {
                let mut tx = tenants.begin(&acme).await.unwrap();
                hire(&mut tx, &acme, id).await.unwrap();
                hire(&mut tx, &acme, id + 1).await.unwrap();
                std::future::pending::<()>().await;
            };
            let bounded = tokio::time::timeout(std::time::Duration::from_millis(200), polled(polls, never));
            assert!(!matches!(bounded.await, Ok(Some(()))));
        }
    }
    let mut tx = tenants.begin(&acme).await.unwrap();
    hire(&mut tx, &acme, 99).await.unwrap();
    tx.commit().await.unwrap();
    let there = database.agents().await;
    let (mut expected, mut allowed) = (7, 0);
    for pair in &committed {
        assert!(pair.iter().all(|row| there.contains(row)), "reported as committed: {pair:?}");
        expected += 2;
    }
    for pair in &uncertain {
        let found = pair.iter().filter(|row| there.contains(row)).count();
        assert!(found != 1, "half of it: {pair:?}");
        allowed += found;
    }
    assert_eq!(there.len(), expected + allowed, "rows that nobody committed: {there:?}");
}
