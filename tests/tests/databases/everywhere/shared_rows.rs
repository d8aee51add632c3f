//! Rows that all tenants share, beside a tenant's own; and the filter that is always there.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{CrossTenant, RowOfAnotherTenant, TenantScoped, delete, insert_into, update};
use tenancy_tests::fixture::{ACME, acme, globex};

use super::{Connection, RunQueryDsl, connect, run};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> VarChar, value -> VarChar, }
    #[tenant_scoped(tenant_id, shared = 0)]
    labels (id) { id -> Integer, tenant_id -> Integer, name -> VarChar, }
    #[tenant_scoped(tenant_id, filter = deleted_at.is_null())]
    drafts (id) { id -> Integer, tenant_id -> Integer, label_id -> Integer, deleted_at -> Nullable<Integer>, }
}
tenancy_diesel::joinable!(drafts -> labels (label_id));
diesel::allow_tables_to_appear_in_same_query!(presets, labels, drafts);

const TABLES: &str = "
CREATE TABLE presets (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER, name VARCHAR(20) NOT NULL, value VARCHAR(20) NOT NULL);
CREATE TABLE labels (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL);
CREATE TABLE drafts (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, label_id INTEGER NOT NULL, deleted_at INTEGER);
INSERT INTO presets VALUES (1, NULL, 'theme', 'light'), (2, NULL, 'size', 'small'), (3, 1, 'theme', 'dark'), (4, 2, 'size', 'big');
INSERT INTO labels VALUES (1, 0, 'urgent'), (2, 1, 'ours'), (3, 2, 'theirs');
INSERT INTO drafts VALUES (1, 1, 1, NULL), (2, 1, 2, 5), (3, 2, 1, NULL), (4, 2, 3, 7);
";

async fn arena() -> Option<Connection> {
    let mut connection = connect().await?;
    run(&mut connection, TABLES).await.expect("the tables");
    Some(connection)
}

fn support() -> CrossTenant {
    tenancy_diesel::testing::cross_tenant("a test")
}

macro_rules! ids {
    ($source:expr, $column:expr, $connection:expr) => {
        $source.select($column).order($column).load::<i32>($connection).await.unwrap()
    };
}

#[tokio::test]
async fn a_tenant_reads_its_own_rows_or_the_shared_ones_as_well() {
    let Some(connection) = &mut arena().await else { return };
    assert_eq!(ids!(presets::table.scoped(&acme()), presets::id, connection), [3]);
    assert_eq!(ids!(presets::table.scoped(&acme()).or_shared(), presets::id, connection), [1, 2, 3]);
    assert_eq!(ids!(presets::table.scoped(&globex()).or_shared(), presets::id, connection), [1, 2, 4]);
    assert_eq!(ids!(labels::table.scoped(&acme()), labels::id, connection), [2]);
    assert_eq!(ids!(labels::table.scoped(&acme()).or_shared(), labels::id, connection), [1, 2]);
    assert_eq!(ids!(labels::table.across_tenants(&support()), labels::id, connection), [1, 2, 3]);
    let whose: Vec<Option<i32>> = presets::table
        .scoped(&acme())
        .or_shared()
        .order(presets::id)
        .select(presets::tenant_id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(whose, [None, None, Some(ACME)], "rows tell whose they are");
}

/// `None` in the rows that all tenants share.
#[derive(Queryable, Selectable, Insertable, AsChangeset, TenantScoped, Debug, Clone, PartialEq)]
#[diesel(table_name = presets)]
struct Preset {
    id: i32,
    #[diesel(skip_insertion, skip_update)]
    tenant_id: Option<i32>,
    name: String,
    value: String,
}

#[tokio::test]
async fn a_model_says_whose_its_rows_are() {
    let Some(connection) = &mut arena().await else { return };
    let scope = acme();
    let own: Vec<Preset> = Preset::scoped(&scope).load(connection).await.unwrap();
    let dark = Preset { id: 3, tenant_id: Some(ACME), name: "theme".into(), value: "dark".into() };
    assert_eq!(own, std::slice::from_ref(&dark));
    let both = Preset::source(&scope).or_shared().select(Preset::as_select()).order(presets::id);
    let both: Vec<Preset> = both.load(connection).await.unwrap();
    assert_eq!(both.iter().map(|row| row.tenant_id).collect::<Vec<_>>(), [None, None, Some(ACME)]);

    // What is inserted is the scope's tenant's, and an update does not reach what is shared.
    let new = Preset { id: 9, tenant_id: Some(ACME), ..dark.clone() };
    let done = Preset::insert_checked(&scope, &new).unwrap().execute(connection).await;
    assert_eq!(done.unwrap(), 1);
    let done =
        Preset::insert(&scope, (presets::id.eq(10), presets::name.eq("lang"), presets::value.eq("fr")));
    assert_eq!(done.execute(connection).await.unwrap(), 1);
    for id in [9, 10] {
        let stored: Preset = Preset::find(&scope, id).first(connection).await.unwrap();
        assert_eq!(stored.tenant_id, Some(ACME), "{id}");
    }
    let done = Preset::update(&scope, 1).set(&new).execute(connection).await;
    assert_eq!(done.unwrap(), 0, "row 1 is everybody's");
    for (index, row) in [(0, &both[0]), (1, &Preset { tenant_id: Some(2), ..dark.clone() })] {
        let rows = if index == 0 { vec![row] } else { vec![&new, row] };
        let Err(Error::QueryBuilderError(reason)) = Preset::insert_checked(&scope, rows).map(|_| ()) else {
            panic!("a row of another was taken")
        };
        assert_eq!(reason.downcast_ref::<RowOfAnotherTenant>(), Some(&RowOfAnotherTenant { index }));
    }
}

#[tokio::test]
async fn mine_overrides_the_default_of_the_same_key() {
    let Some(connection) = &mut arena().await else { return };
    for (scope, expected) in
        [(acme(), [("size", "small"), ("theme", "dark")]), (globex(), [("size", "big"), ("theme", "light")])]
    {
        let found: Vec<(String, String)> = presets::table
            .scoped(&scope)
            .over_shared(presets::name)
            .select((presets::name, presets::value))
            .order(presets::name)
            .load(connection)
            .await
            .unwrap();
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn an_alias_has_the_same_views_as_its_table() {
    let Some(connection) = &mut arena().await else { return };
    let (other, theme) = tenancy_diesel::alias!(presets as other, presets as theme);
    for (scope, own, both, over) in
        [(acme(), vec![3], vec![1, 2, 3], vec![2, 3]), (globex(), vec![4], vec![1, 2, 4], vec![1, 4])]
    {
        let id = other.field(presets::id);
        assert_eq!(ids!(other.scoped(&scope), id, connection), own);
        assert_eq!(ids!(other.scoped(&scope).or_shared(), id, connection), both);
        assert_eq!(ids!(other.scoped(&scope).over_shared(presets::name), id, connection), over);
    }
    let scope = acme();
    // Each of the tenant's rows, beside the shared one that it takes the place of.
    let shadowed = presets::table
        .scoped(&scope)
        .inner_join(other.scoped(&scope).or_shared().on(other.field(presets::name).eq(presets::name)))
        .filter(other.field(presets::tenant_id).is_null())
        .select((presets::value, other.field(presets::value)));
    let shadowed: Vec<(String, String)> = shadowed.load(connection).await.unwrap();
    assert_eq!(shadowed, [("dark".to_owned(), "light".to_owned())]);
    let pairs = other
        .scoped(&scope)
        .over_shared(presets::name)
        .inner_join(theme.scoped(&scope).on(theme.field(presets::id).ne(other.field(presets::id))))
        .select((other.field(presets::id), theme.field(presets::id)));
    assert_eq!(pairs.load::<(i32, i32)>(connection).await.unwrap(), [(2, 3)]);

    let old = tenancy_diesel::alias!(drafts as old);
    assert_eq!(ids!(old.scoped(&scope), old.field(drafts::id), connection), [1]);
    assert_eq!(ids!(old.scoped(&scope).unfiltered(), old.field(drafts::id), connection), [1, 2]);
    let everybody = support();
    assert_eq!(ids!(old.across_tenants(&everybody), old.field(drafts::id), connection), [1, 3]);
    assert_eq!(
        ids!(old.across_tenants(&everybody).unfiltered(), old.field(drafts::id), connection),
        [1, 2, 3, 4]
    );
    let set = tenancy_diesel::testing::scope_set([ACME, 2]);
    let id = other.field(presets::id);
    assert_eq!(ids!(other.scoped(&set), id, connection), [3, 4]);
    assert_eq!(ids!(other.scoped(&set).or_shared(), id, connection), [1, 2, 3, 4]);
    assert_eq!(ids!(old.scoped(&set).unfiltered(), old.field(drafts::id), connection), [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_tenant_writes_its_own_rows_only() {
    let Some(connection) = &mut arena().await else { return };
    let mine = presets::table.scoped(&acme());
    let row = (presets::id.eq(9), presets::name.eq("new"), presets::value.eq("v"));
    assert_eq!(insert_into(mine).values(row).execute(connection).await.unwrap(), 1);
    assert_eq!(update(mine).set(presets::value.eq("w")).execute(connection).await.unwrap(), 2);
    assert_eq!(update(mine).find(1).set(presets::value.eq("w")).execute(connection).await.unwrap(), 0);
    assert_eq!(delete(mine).execute(connection).await.unwrap(), 2);
    let everybody = support();
    let shared = || presets::table.write_across_tenants(&everybody).shared();
    let row = (presets::id.eq(10), presets::name.eq("lang"), presets::value.eq("en"));
    assert_eq!(insert_into(shared()).values(row).execute(connection).await.unwrap(), 1);
    assert_eq!(update(shared()).set(presets::value.eq("v")).execute(connection).await.unwrap(), 3);
    assert_eq!(delete(shared()).filter(presets::id.eq(4)).execute(connection).await.unwrap(), 0);
    assert_eq!(ids!(presets::table.scoped(&globex()).or_shared(), presets::id, connection), [1, 2, 4, 10]);
    let shared = || labels::table.write_across_tenants(&everybody).shared();
    assert_eq!(
        insert_into(shared())
            .values((labels::id.eq(10), labels::name.eq("x")))
            .execute(connection)
            .await
            .unwrap(),
        1
    );
    assert_eq!(update(shared()).set(labels::name.eq("y")).execute(connection).await.unwrap(), 2);
    assert_eq!(ids!(labels::table.scoped(&globex()).or_shared(), labels::id, connection), [1, 3, 10]);
}

/// The types of the two statements differ by what is bound, and by nothing else. With one entry in the statement cache for both, SQLite
/// would delete the last tenant's rows for the shared ones: a bound value stays where none is given anew.
#[tokio::test]
async fn a_tenants_rows_and_the_shared_ones_are_deleted_by_two_statements() {
    let Some(connection) = &mut arena().await else { return };
    let (acme, everybody) = (acme(), support());
    assert_eq!(delete(presets::table.scoped(&acme)).execute(connection).await.unwrap(), 1);
    let row = (presets::id.eq(3), presets::name.eq("theme"), presets::value.eq("dark"));
    assert_eq!(insert_into(presets::table.scoped(&acme)).values(row).execute(connection).await.unwrap(), 1);
    let shared = presets::table.write_across_tenants(&everybody).shared();
    assert_eq!(delete(shared).execute(connection).await.unwrap(), 2);
    assert_eq!(ids!(presets::table.across_tenants(&everybody), presets::id, connection), [3, 4]);
    assert_eq!(delete(presets::table.scoped(&globex())).execute(connection).await.unwrap(), 1);

    let shared = labels::table.write_across_tenants(&everybody).shared();
    assert_eq!(delete(shared).execute(connection).await.unwrap(), 1);
    assert_eq!(delete(labels::table.scoped(&acme)).execute(connection).await.unwrap(), 1);
    assert_eq!(ids!(labels::table.across_tenants(&everybody), labels::id, connection), [3]);
}

#[tokio::test]
async fn a_join_with_shared_rows_keeps_them() {
    let Some(connection) = &mut arena().await else { return };
    let scope = acme();
    let found: Vec<(i32, String)> = drafts::table
        .scoped(&scope)
        .inner_join(labels::table.scoped(&scope).or_shared())
        .select((drafts::id, labels::name))
        .load(connection)
        .await
        .unwrap();
    assert_eq!(found, [(1, "urgent".to_owned())]);
    let found: Vec<(String, i32)> = labels::table
        .scoped(&scope)
        .or_shared()
        .inner_join(drafts::table.scoped(&scope).unfiltered())
        .select((labels::name, drafts::id))
        .order(drafts::id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(found, [("urgent".to_owned(), 1), ("ours".to_owned(), 2)]);
    let everybody = support();
    let found: Vec<i32> = drafts::table
        .across_tenants(&everybody)
        .unfiltered()
        .inner_join(labels::table.across_tenants(&everybody))
        .select(drafts::id)
        .order(drafts::id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(found, [1, 2, 3, 4]);
}

#[tokio::test]
async fn the_filter_is_there_unless_it_is_left_out_by_name() {
    let Some(connection) = &mut arena().await else { return };
    let mine = drafts::table.scoped(&acme());
    assert_eq!(ids!(mine, drafts::id, connection), [1]);
    assert_eq!(ids!(mine.unfiltered(), drafts::id, connection), [1, 2]);
    let everybody = support();
    assert_eq!(ids!(drafts::table.across_tenants(&everybody), drafts::id, connection), [1, 3]);
    assert_eq!(
        ids!(drafts::table.across_tenants(&everybody).unfiltered(), drafts::id, connection),
        [1, 2, 3, 4]
    );
    assert_eq!(update(mine).set(drafts::label_id.eq(2)).execute(connection).await.unwrap(), 1);
    assert_eq!(
        update(mine.unfiltered()).set(drafts::deleted_at.eq(None::<i32>)).execute(connection).await.unwrap(),
        2
    );
    assert_eq!(ids!(mine, drafts::id, connection), [1, 2]);
    assert_eq!(delete(drafts::table.write_across_tenants(&everybody)).execute(connection).await.unwrap(), 3);
    let purged =
        delete(drafts::table.write_across_tenants(&everybody).unfiltered()).execute(connection).await;
    assert_eq!(purged.unwrap(), 1);
}

#[tokio::test]
async fn nobody_is_the_tenant_whose_id_the_shared_rows_have() {
    let Some(connection) = &mut arena().await else { return };
    let nobody = tenancy_diesel::testing::scope(0);
    let as_nobody = labels::table.scoped(&nobody);
    let row = (labels::id.eq(9), labels::name.eq("planted"));
    assert!(insert_into(as_nobody).values(row).execute(connection).await.is_err());
    let batch = vec![row, (labels::id.eq(10), labels::name.eq("planted"))];
    assert!(insert_into(as_nobody).values(batch).execute(connection).await.is_err());
    let changed = update(as_nobody).set(labels::name.eq("changed")).execute(connection).await;
    assert!(matches!(changed, Ok(0) | Err(_)), "{changed:?}");
    let deleted = delete(as_nobody).execute(connection).await;
    assert!(matches!(deleted, Ok(0) | Err(_)), "{deleted:?}");
    let left: Vec<(i32, String)> = labels::table
        .across_tenants(&support())
        .filter(labels::tenant_id.eq(0))
        .select((labels::id, labels::name))
        .load(connection)
        .await
        .unwrap();
    assert_eq!(left, [(1, "urgent".to_owned())]);
}

#[tokio::test]
async fn nobody_is_in_a_set_by_the_id_of_the_shared_rows() {
    let Some(connection) = &mut arena().await else { return };
    for ids in [vec![0], vec![0, ACME]] {
        let set = tenancy_diesel::testing::scope_set(ids.clone());
        let seen = labels::table.scoped(&set).select(labels::tenant_id).load::<i32>(connection).await;
        // Where a NULL could become a value again it is an error.
        assert!(seen.as_ref().map_or(true, |seen| !seen.contains(&0)), "{ids:?}: {seen:?}");
    }
    let set = tenancy_diesel::testing::scope_set([ACME]);
    assert_eq!(ids!(labels::table.scoped(&set), labels::id, connection), [2]);
    assert_eq!(ids!(labels::table.scoped(&set).or_shared(), labels::id, connection), [1, 2]);
}
