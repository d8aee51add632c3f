//! `for_update` on a scoped source locks the table's own rows, and no other tenant's.

use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases, plans};

use super::{RunQueryDsl, connect_twice, run};

/// The ids of the rows that a second connection can lock at once.
macro_rules! free {
    ($connection:expr, $scope:expr, $table:ident) => {{
        let query =
            $table::table.scoped($scope).select($table::id).order($table::id).for_update().skip_locked();
        run($connection, "BEGIN").await.unwrap();
        let ids: Vec<i32> = query.load($connection).await.unwrap();
        run($connection, "ROLLBACK").await.unwrap();
        ids
    }};
}

#[tokio::test]
async fn a_locked_row_is_skipped_until_the_transaction_ends() {
    let Some([holder, other]) = &mut connect_twice().await else { return };
    let (acme, globex) = (&acme(), &globex());
    run(holder, "BEGIN").await.unwrap();
    let query = agents::table.scoped(acme).find(2).select(agents::name).for_update();
    assert_eq!(query.first::<String>(holder).await.unwrap(), "bob");
    assert_eq!(free!(other, acme, agents), [1, 3]);
    // The same key of another tenant is another row.
    assert_eq!(free!(other, globex, agents), [1, 2, 4]);
    run(holder, "ROLLBACK").await.unwrap();
    assert_eq!(free!(other, acme, agents), [1, 2, 3]);
}

#[tokio::test]
async fn a_locked_row_is_not_waited_for_when_asked() {
    let Some([holder, other]) = &mut connect_twice().await else { return };
    let scope = &acme();
    run(holder, "BEGIN").await.unwrap();
    let query = agents::table.scoped(scope).find(1).select(agents::id);
    assert_eq!(query.for_update().load::<i32>(holder).await.unwrap(), [1]);
    query.for_update().no_wait().load::<i32>(other).await.unwrap_err();
    // A plain read does not wait either.
    assert_eq!(query.load::<i32>(other).await.unwrap(), [1]);
    run(holder, "ROLLBACK").await.unwrap();
    assert_eq!(query.for_update().no_wait().load::<i32>(other).await.unwrap(), [1]);
}

#[tokio::test]
async fn workers_take_different_rows_of_a_tenants_queue() {
    let Some([first, second]) = &mut connect_twice().await else { return };
    let scope = &acme();
    // With the score: of the bare id, MariaDB sorts an index of its own choice, and locks what it sorts.
    let next = canvases::table
        .scoped(scope)
        .order(canvases::id)
        .select((canvases::id, canvases::score))
        .limit(1)
        .for_update()
        .skip_locked();
    run(first, "BEGIN").await.unwrap();
    run(second, "BEGIN").await.unwrap();
    assert_eq!(next.first::<(i32, i32)>(first).await.unwrap(), (1, 10));
    assert_eq!(next.first::<(i32, i32)>(second).await.unwrap(), (2, 20));
    tenancy_diesel::delete(canvases::table.scoped(scope)).find(1).execute(first).await.unwrap();
    run(first, "COMMIT").await.unwrap();
    run(second, "ROLLBACK").await.unwrap();
    assert_eq!(next.first::<(i32, i32)>(second).await.unwrap(), (2, 20));
}

#[tokio::test]
async fn a_join_locks_the_rows_of_each_source() {
    let Some([holder, other]) = &mut connect_twice().await else { return };
    let scope = &acme();
    run(holder, "BEGIN").await.unwrap();
    let query = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .filter(agents::id.eq(2))
        .select((agents::id, canvases::id))
        .for_update();
    assert_eq!(query.load::<(i32, i32)>(holder).await.unwrap(), [(2, 3)]);
    assert_eq!(free!(other, scope, agents), [1, 3]);
    assert_eq!(free!(other, scope, canvases), [1, 2, 4]);
    run(holder, "ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn an_alias_locks_its_rows() {
    let Some([holder, other]) = &mut connect_twice().await else { return };
    let scope = &globex();
    let staff = tenancy_diesel::alias!(agents as staff);
    run(holder, "BEGIN").await.unwrap();
    let query = staff.scoped(scope).filter(staff.field(agents::id).eq(4)).select(staff.field(agents::name));
    assert_eq!(query.for_update().load::<String>(holder).await.unwrap(), ["dan"]);
    assert_eq!(free!(other, scope, agents), [1, 2]);
    run(holder, "ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn a_join_with_a_global_table_locks_both() {
    let Some([holder, other]) = &mut connect_twice().await else { return };
    let scope = &acme();
    run(holder, "BEGIN").await.unwrap();
    let query = agents::table
        .scoped(scope)
        .inner_join(plans::table)
        .filter(agents::id.eq(1))
        .select(plans::id)
        .for_update();
    assert_eq!(query.load::<i32>(holder).await.unwrap(), [1]);
    assert_eq!(free!(other, scope, agents), [2, 3]);
    let free: Vec<i32> = plans::table.select(plans::id).for_update().skip_locked().load(other).await.unwrap();
    assert_eq!(free, [2]);
    run(holder, "ROLLBACK").await.unwrap();
}
