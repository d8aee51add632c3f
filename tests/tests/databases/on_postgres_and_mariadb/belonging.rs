//! `for_update` on rows that belong to a tenant through a parent, or that all tenants share.

use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};

use super::{RunQueryDsl, connect_twice, run};

tenancy_diesel::table! {
    boards (id) { id -> Integer, tenant_id -> Integer, }
    #[tenant_scoped(through = boards(board_id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> VarChar, }
    #[tenant_scoped(tenant_id, shared = 0)]
    labels (id) { id -> Integer, tenant_id -> Integer, name -> VarChar, }
}

const TABLES: &str = "
CREATE TABLE boards (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL);
CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, board_id INTEGER NOT NULL, body VARCHAR(20) NOT NULL);
CREATE TABLE labels (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL);
INSERT INTO boards VALUES (1, 1), (2, 2);
INSERT INTO notes VALUES (10, 1, 'a'), (11, 1, 'b'), (20, 2, 'c');
INSERT INTO labels VALUES (1, 0, 'all'), (2, 1, 'ours'), (3, 2, 'theirs');
";

#[tokio::test]
async fn a_child_that_is_locked_is_not_locked_twice() {
    let Some([holder, other]) = &mut connect_twice().await else { return };
    run(holder, TABLES).await.unwrap();
    let (acme, globex) = (&acme(), &globex());
    run(holder, "BEGIN").await.unwrap();
    let query = notes::table.scoped(acme).find(10).select((notes::id, notes::body)).for_update();
    assert_eq!(query.first::<(i32, String)>(holder).await.unwrap().0, 10);
    query.no_wait().load::<(i32, String)>(other).await.unwrap_err();
    let theirs = notes::table.scoped(globex).find(20).select((notes::id, notes::body)).for_update().no_wait();
    assert_eq!(theirs.load::<(i32, String)>(other).await.unwrap().len(), 1, "another tenant's");
    run(holder, "ROLLBACK").await.unwrap();
    assert_eq!(query.no_wait().load::<(i32, String)>(other).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_shared_row_is_locked_for_everybody() {
    let Some([holder, other]) = &mut connect_twice().await else { return };
    run(holder, TABLES).await.unwrap();
    let (acme, globex) = (&acme(), &globex());
    run(holder, "BEGIN").await.unwrap();
    // By the key: MariaDB locks what it looks at.
    let query = labels::table.scoped(acme).or_shared().find(1).select(labels::id).for_update();
    assert_eq!(query.load::<i32>(holder).await.unwrap(), [1]);
    let shared = labels::table.scoped(globex).or_shared().find(1).select(labels::id).for_update().no_wait();
    shared.load::<i32>(other).await.unwrap_err();
    let own = labels::table.scoped(globex).find(3).select(labels::id).for_update().no_wait();
    assert_eq!(own.load::<i32>(other).await.unwrap(), [3]);
    run(holder, "ROLLBACK").await.unwrap();
}
