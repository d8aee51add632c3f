//! The locks below FOR UPDATE.

use diesel::prelude::*;
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::{RunQueryDsl, connect_twice, run};

#[tokio::test]
async fn shared_locks_admit_each_other_and_no_writer() {
    let Some([holder, other]) = &mut connect_twice().await else { return };
    let query = agents::table.scoped(&acme()).find(1).select(agents::id);
    run(holder, "BEGIN").await.unwrap();
    assert_eq!(query.for_share().load::<i32>(holder).await.unwrap(), [1]);
    assert_eq!(query.for_key_share().load::<i32>(other).await.unwrap(), [1]);
    assert_eq!(query.for_share().no_wait().load::<i32>(other).await.unwrap(), [1]);
    query.for_no_key_update().no_wait().load::<i32>(other).await.unwrap_err();
    run(holder, "ROLLBACK").await.unwrap();
    assert_eq!(query.for_no_key_update().no_wait().load::<i32>(other).await.unwrap(), [1]);
}
