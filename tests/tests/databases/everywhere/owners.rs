//! Several kinds of owner in one schema, and the owners' own table, which is scoped by its key.

use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete, insert_into, testing, update};
use tenancy_tests::ids::{OrgId, WorkspaceId};

use super::{Connection, RunQueryDsl, connect, run};

tenancy_diesel::table! {
    #[tenant_scoped(id: OrgId)]
    orgs (id) { id -> Integer, title -> VarChar, }
    #[tenant_scoped(org_id: OrgId)]
    workspaces (id) { id -> Integer, org_id -> Integer, name -> VarChar, }
    #[tenant_scoped(workspace_id: WorkspaceId)]
    pages (id) { id -> Integer, workspace_id -> Integer, title -> VarChar, }
    #[tenant_scoped(through = pages(page_id))]
    verses (page_id, verse) { page_id -> Integer, verse -> VarChar, }
}
tenancy_diesel::joinable!(workspaces -> orgs (org_id));
tenancy_diesel::joinable!(pages -> workspaces (workspace_id));
tenancy_diesel::joinable!(verses -> pages (page_id));
diesel::allow_tables_to_appear_in_same_query!(orgs, workspaces, pages, verses);

/// Organisation 1 has the workspaces 7 and 8, and 7 has workspace 1. Page 3 is that one's, and workspaces have organisations' numbers.
const TABLES: &str = "
CREATE TABLE orgs (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(20) NOT NULL);
CREATE TABLE workspaces (id INTEGER NOT NULL PRIMARY KEY, org_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL);
CREATE TABLE pages (id INTEGER NOT NULL PRIMARY KEY, workspace_id INTEGER NOT NULL, title VARCHAR(20) NOT NULL);
CREATE TABLE verses (page_id INTEGER NOT NULL, verse VARCHAR(20) NOT NULL, PRIMARY KEY (page_id, verse));
INSERT INTO orgs VALUES (1, 'one'), (7, 'seven');
INSERT INTO workspaces VALUES (1, 7, 'foreign'), (7, 1, 'w7'), (8, 1, 'w8');
INSERT INTO pages VALUES (1, 7, 'a'), (2, 8, 'b'), (3, 1, 'c');
INSERT INTO verses VALUES (1, 'x'), (2, 'y'), (3, 'z');
";

async fn arena() -> Option<Connection> {
    let mut connection = connect().await?;
    run(&mut connection, TABLES).await.expect("the tables");
    Some(connection)
}

fn org() -> Scoped<OrgId> {
    testing::scope(OrgId(1))
}

fn workspace() -> Scoped<WorkspaceId> {
    testing::scope(WorkspaceId(7))
}

#[tokio::test]
async fn each_table_is_of_its_own_kind() {
    let Some(connection) = &mut arena().await else { return };
    let names = workspaces::table.scoped(&org()).select(workspaces::name).order(workspaces::name);
    assert_eq!(names.load::<String>(connection).await.unwrap(), ["w7", "w8"]);
    let titles = pages::table.scoped(&workspace()).select(pages::title);
    assert_eq!(titles.load::<String>(connection).await.unwrap(), ["a"]);
    let through = verses::table.scoped(&workspace()).select(verses::verse);
    assert_eq!(through.load::<String>(connection).await.unwrap(), ["x"], "by the kind of its parent");
    let both = pages::table.scoped(&workspace()).inner_join(workspaces::table.scoped(&org()));
    let both = both.select((pages::title, workspaces::name));
    assert_eq!(both.load::<(String, String)>(connection).await.unwrap(), [("a".to_owned(), "w7".to_owned())]);
    // Of another organisation's workspace there are no pairs.
    let theirs = testing::scope(OrgId(7));
    let none = pages::table.scoped(&workspace()).inner_join(workspaces::table.scoped(&theirs)).count();
    assert_eq!(none.get_result::<i64>(connection).await.unwrap(), 0);
}

#[tokio::test]
async fn each_kind_writes_its_own() {
    let Some(connection) = &mut arena().await else { return };
    let row = (workspaces::id.eq(9), workspaces::name.eq("w9"));
    insert_into(workspaces::table.scoped(&org())).values(row).execute(connection).await.unwrap();
    let renamed =
        update(workspaces::table.scoped(&org())).set(workspaces::name.eq("all")).execute(connection).await;
    assert_eq!(renamed.unwrap(), 3);
    let verse = |page: i32| (verses::page_id.eq(page), verses::verse.eq("new"));
    assert!(
        insert_into(verses::table.scoped(&workspace())).values(verse(2)).execute(connection).await.is_err()
    );
    insert_into(verses::table.scoped(&workspace())).values(verse(1)).execute(connection).await.unwrap();
    assert_eq!(delete(pages::table.scoped(&workspace())).execute(connection).await.unwrap(), 1);
    let left: i64 =
        pages::table.scoped(&testing::scope(WorkspaceId(1))).count().get_result(connection).await.unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn the_owners_own_table_is_scoped_by_its_key() {
    let Some(connection) = &mut arena().await else { return };
    let mine = orgs::table.scoped(&org());
    let all = mine.filter(orgs::title.eq("seven")).or_filter(orgs::title.ne("")).select(orgs::title);
    assert_eq!(all.load::<String>(connection).await.unwrap(), ["one"]);
    assert_eq!(update(mine).set(orgs::title.eq("new")).execute(connection).await.unwrap(), 1);
    let joined = orgs::table
        .scoped(&org())
        .inner_join(workspaces::table.scoped(&org()))
        .select((orgs::title, workspaces::name));
    let joined = joined.order(workspaces::name).load::<(String, String)>(connection).await.unwrap();
    assert_eq!(joined, [("new".to_owned(), "w7".to_owned()), ("new".to_owned(), "w8".to_owned())]);
    // A new one is made with its own key, and nobody's else.
    let third = testing::scope(OrgId(3));
    insert_into(orgs::table.scoped(&third))
        .values(orgs::title.eq("three"))
        .execute(connection)
        .await
        .unwrap();
    assert_eq!(delete(orgs::table.scoped(&third)).execute(connection).await.unwrap(), 1);
    let left: Vec<i32> = orgs::table
        .across_tenants(&testing::cross_tenant("a test"))
        .select(orgs::id)
        .order(orgs::id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(left, [1, 7]);
}
