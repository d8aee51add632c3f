//! Tables that belong to their tenants through others, and rows that are shared, in a tenant's transaction.

use diesel::prelude::*;
use tenancy_diesel::{insert_into, testing, update};
use tenancy_pool::{PoolError, RunQueryDsl};
use tenancy_tests::fixture::{acme, globex};

use super::super::open;

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> VarChar, }
    #[tenant_scoped(through = boards(board_id = id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> VarChar, }
    #[tenant_scoped(through = notes(note_id))]
    marks (note_id, mark) { note_id -> Integer, mark -> VarChar, }
    members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, name -> VarChar, }
    #[tenant_scoped(tenant_id, shared, filter = hidden.eq(0))]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> VarChar, hidden -> Integer, }
}
tenancy_diesel::joinable!(notes -> boards (board_id));
diesel::allow_tables_to_appear_in_same_query!(boards, notes, marks, members, people, presets);

pub(super) const TABLES: &str = "
CREATE TABLE boards (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, title VARCHAR(20) NOT NULL, PRIMARY KEY (tenant_id, id));
CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, board_id INTEGER NOT NULL, body VARCHAR(20) NOT NULL);
CREATE TABLE marks (note_id INTEGER NOT NULL, mark VARCHAR(20) NOT NULL, PRIMARY KEY (note_id, mark));
CREATE TABLE people (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL);
CREATE TABLE members (tenant_id INTEGER NOT NULL, person_id INTEGER NOT NULL, PRIMARY KEY (tenant_id, person_id));
CREATE TABLE presets (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER, name VARCHAR(20) NOT NULL, hidden INTEGER NOT NULL);
INSERT INTO boards VALUES (1, 1, 'ours'), (2, 2, 'theirs');
INSERT INTO notes VALUES (10, 1, 'a'), (20, 2, 'c');
INSERT INTO marks VALUES (10, 'x'), (20, 'y');
INSERT INTO people VALUES (7, 'Ann'), (8, 'Bob');
INSERT INTO members VALUES (1, 7), (2, 7), (2, 8);
INSERT INTO presets VALUES (1, NULL, 'size', 0), (2, 1, 'size', 0), (3, 2, 'size', 0), (4, 1, 'old', 1), (5, NULL, 'lang', 0);
";

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_runs_in_its_tenant_s_transaction() {
    let Some((tenants, database)) = open().await else { return };
    database.run(TABLES).await;
    let (ours, theirs) = (acme(), globex());
    let marked = marks::table.scoped(&ours).select(marks::mark);
    assert_eq!(tenants.load::<_, _, _, _, String>(&ours, marked).await.unwrap(), ["x"]);
    let named = people::table.scoped(&ours).select(people::name);
    assert_eq!(tenants.load::<_, _, _, _, String>(&ours, named).await.unwrap(), ["Ann"]);
    let over = presets::table.scoped(&ours).over_shared(presets::name).select(presets::id).order(presets::id);
    assert_eq!(tenants.load::<_, _, _, _, i32>(&ours, over).await.unwrap(), [2, 5]);
    let all = presets::table.scoped(&ours).unfiltered().select(presets::id).order(presets::id);
    assert_eq!(tenants.load::<_, _, _, _, i32>(&ours, all).await.unwrap(), [2, 4]);

    let done = tenants
        .transaction(&ours, async |tx| {
            let scope = tx.scope().clone();
            let row = (notes::id.eq(11), notes::board_id.eq(1), notes::body.eq("new"));
            let added = insert_into(notes::table.scoped(&scope)).values(row).execute(tx).await?;
            let changed = update(notes::table.scoped(&scope)).set(notes::body.eq("b")).execute(tx).await?;
            let joined: i64 = notes::table
                .scoped(&scope)
                .inner_join(boards::table.scoped(&scope))
                .count()
                .get_result(tx)
                .await?;
            Ok::<_, PoolError>((added, changed, joined))
        })
        .await
        .unwrap();
    assert_eq!(done, (1, 2, 2));
    let foreign = (notes::id.eq(12), notes::board_id.eq(2), notes::body.eq("planted"));
    let planted = tenants.execute(&ours, insert_into(notes::table.scoped(&ours)).values(foreign)).await;
    assert!(planted.is_err());
    // Notes that a query brings, and an upsert on each database.
    let columns = (notes::id, notes::board_id, notes::body);
    for (board, taken) in [(1, true), (2, false)] {
        let copies =
            notes::table.scoped(&ours).select((notes::id + 100, notes::board_id * 0 + board, notes::body));
        let copied =
            insert_into(notes::table.scoped(&ours)).from_select(copies.filter(notes::id.lt(50)), columns);
        assert_eq!(tenants.execute(&ours, copied).await.is_ok(), taken, "onto board {board}");
    }
    let title = |title: &'static str| {
        insert_into(boards::table.scoped(&ours))
            .values((boards::id.eq(1), boards::title.eq(title)))
            .on_conflict(boards::id)
            .do_update()
            .set(boards::title.eq(title))
    };
    tenants.execute(&ours, title("renamed")).await.unwrap();
    let titles = boards::table.scoped(&ours).select(boards::title);
    assert_eq!(tenants.load::<_, _, _, _, String>(&ours, titles).await.unwrap(), ["renamed"]);
    // The scope of a chain is looked at as well.
    let wrong = marks::table.scoped(&theirs).select(marks::mark);
    assert!(tenants.load::<_, _, _, _, String>(&ours, wrong).await.is_err());

    let everybody = testing::cross_tenant("a new person, and a default");
    tenants
        .across(&everybody)
        .transaction(async |tx| {
            let joe = (people::id.eq(9), people::name.eq("Joe"));
            insert_into(people::table.write_across_tenants(&everybody)).values(joe).execute(tx).await?;
            let theme = (presets::id.eq(6), presets::name.eq("theme"), presets::hidden.eq(0));
            let shared = presets::table.write_across_tenants(&everybody).shared();
            insert_into(shared).values(theme).execute(tx).await?;
            Ok::<_, PoolError>(())
        })
        .await
        .unwrap();
    let shared = presets::table.scoped(&theirs).or_shared().select(presets::id).order(presets::id);
    assert_eq!(tenants.load::<_, _, _, _, i32>(&theirs, shared).await.unwrap(), [1, 3, 5, 6]);
}
