//! Tables of one name in several schemas, one through the other.
#![allow(clippy::unwrap_used)] // a failure is a failed test

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::testing;

tenancy_diesel::table! {
    main.labels (id) { id -> Integer, tenant_id -> Integer, item_id -> Integer, }
    #[tenant_scoped(through = boxes(item_id))]
    main.items (id) { id -> Integer, item_id -> Integer, }
    #[sql_name = "items"]
    #[tenant_scoped(through = crates(item_id))]
    north.boxes (id) { id -> Integer, item_id -> Integer, }
    #[sql_name = "items"]
    south.crates (id) { id -> Integer, tenant_id -> Integer, item_id -> Nullable<Integer>, }
}
tenancy_diesel::joinable!(labels -> items (item_id));
diesel::allow_tables_to_appear_in_same_query!(labels, items);

/// Each parent is asked by the key that its own child has, and not by what the parent has in a column of that name.
#[test]
fn a_parent_is_not_taken_for_its_child() {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection
        .batch_execute(
            "ATTACH ':memory:' AS north; ATTACH ':memory:' AS south;
             CREATE TABLE main.labels (id INTEGER, tenant_id INTEGER, item_id INTEGER);
             CREATE TABLE main.items (id INTEGER, item_id INTEGER);
             CREATE TABLE north.items (id INTEGER, item_id INTEGER);
             CREATE TABLE south.items (id INTEGER, tenant_id INTEGER, item_id INTEGER);
             INSERT INTO south.items VALUES (1, 1, 2), (2, 2, 2);
             INSERT INTO north.items VALUES (11, 1), (12, 2);
             INSERT INTO main.items VALUES (21, 11), (22, 12);
             INSERT INTO labels VALUES (31, 1, 21), (32, 2, 22), (33, 2, 21);",
        )
        .unwrap();
    let everybody = testing::cross_tenant("a test");
    let pairs = labels::table.across_tenants(&everybody).inner_join(items::table.across_tenants(&everybody));
    let pairs: Vec<(i32, i32)> =
        pairs.order(labels::id).select((labels::id, items::id)).load(&mut connection).unwrap();
    assert_eq!(pairs, [(31, 21), (32, 22)], "of one tenant each");
}
