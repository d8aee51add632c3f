//! Several kinds of owner in one schema: organisations, workspaces of them, canvases of those.
#![allow(clippy::unwrap_used)] // a failure is a failed test

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::dsl::ScopedBy;
use tenancy_diesel::{Scoped, insert_into, testing};
use tenancy_tests::ids::{OrgId, WorkspaceId};

tenancy_diesel::table! {
    #[tenant_scoped(id: OrgId)]
    orgs (id) { id -> Integer, title -> Text, }
    #[tenant_scoped(org_id: OrgId)]
    workspaces (id) { id -> Integer, org_id -> Integer, name -> Text, }
    #[tenant_scoped(workspace_id: WorkspaceId)]
    canvases (id) { id -> Integer, workspace_id -> Integer, title -> Text, }
    #[tenant_scoped(organisation: OrgId)]
    invoices (id) { id -> Integer, organisation -> Integer, workspace_id -> Integer, total -> Integer, }
    #[tenant_scoped(through = invoices(invoice_id))]
    lines (id) { id -> Integer, invoice_id -> Integer, }
}
tenancy_diesel::joinable!(workspaces -> orgs (org_id));
tenancy_diesel::joinable!(canvases -> workspaces (workspace_id));
tenancy_diesel::joinable!(invoices -> workspaces (workspace_id));
diesel::allow_tables_to_appear_in_same_query!(orgs, workspaces, canvases, invoices);

fn connection() -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection
        .batch_execute(
            "CREATE TABLE orgs (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
             CREATE TABLE workspaces (id INTEGER PRIMARY KEY, org_id INTEGER NOT NULL, name TEXT NOT NULL);
             CREATE TABLE canvases (id INTEGER PRIMARY KEY, workspace_id INTEGER NOT NULL, title TEXT NOT NULL);
             CREATE TABLE invoices (id INTEGER PRIMARY KEY, organisation INTEGER NOT NULL, workspace_id INTEGER NOT NULL, total INTEGER NOT NULL);
             -- An organisation has a workspace of its own number, and others.
             INSERT INTO orgs VALUES (1, 'one'), (7, 'seven');
             INSERT INTO workspaces VALUES (1, 7, 'foreign'), (7, 1, 'w7'), (8, 1, 'w8');
             INSERT INTO canvases VALUES (1, 7, 'a'), (2, 8, 'b'), (3, 1, 'c');
             -- The second is of an organisation, and names the other's workspace.
             INSERT INTO invoices VALUES (1, 1, 7, 10), (2, 1, 1, 20), (3, 7, 1, 30);",
        )
        .unwrap();
    connection
}

fn org() -> Scoped<OrgId> {
    testing::scope(OrgId(1))
}

fn workspace() -> Scoped<WorkspaceId> {
    testing::scope(WorkspaceId(7))
}

#[test]
fn each_table_is_scoped_by_its_own_kind_and_joined_by_the_keys() {
    let (org, workspace, connection) = (&org(), &workspace(), &mut connection());
    let rows: Vec<(String, String)> = canvases::table
        .scoped(workspace)
        .inner_join(workspaces::table.scoped(org))
        .select((canvases::title, workspaces::name))
        .load(connection)
        .unwrap();
    assert_eq!(rows, [("a".to_owned(), "w7".to_owned())]);
    let rows: Vec<(String, Option<String>)> = workspaces::table
        .scoped(org)
        .left_join(canvases::table.scoped(workspace))
        .order(workspaces::id)
        .select((workspaces::name, canvases::title.nullable()))
        .load(connection)
        .unwrap();
    assert_eq!(rows, [("w7".to_owned(), Some("a".to_owned())), ("w8".to_owned(), None)]);
    let rows: Vec<(String, String)> = canvases::table
        .scoped(workspace)
        .inner_join(workspaces::table.scoped(org).on(canvases::workspace_id.eq(workspaces::id)))
        .select((canvases::title, workspaces::name))
        .load(connection)
        .unwrap();
    assert_eq!(rows, [("a".to_owned(), "w7".to_owned())]);
}

/// A boxed query is of the kind of owner that its table declares, also through a parent.
fn boxed<'a>(
    scope: &Scoped<OrgId>,
    name: Option<&'a str>,
) -> workspaces::BoxedQuery<'a, diesel::sqlite::Sqlite> {
    let all: ScopedBy<workspaces::table> = workspaces::table.scoped(scope);
    match name {
        Some(name) => all.into_boxed().filter(workspaces::name.eq(name)),
        None => all.into_boxed(),
    }
}

fn boxed_lines(scope: &Scoped<OrgId>) -> lines::BoxedQuery<'static, diesel::sqlite::Sqlite> {
    lines::table.scoped(scope).into_boxed()
}

#[test]
fn a_boxed_query_is_named_by_its_table_alone() {
    let (org, connection) = (&org(), &mut connection());
    let names = |name| boxed(org, name).order(workspaces::id).select(workspaces::name);
    assert_eq!(names(None).load::<String>(connection).unwrap(), ["w7", "w8"]);
    assert_eq!(names(Some("w8")).load::<String>(connection).unwrap(), ["w8"]);
    connection
        .batch_execute(
            "CREATE TABLE lines (id INTEGER PRIMARY KEY, invoice_id INTEGER NOT NULL);
             INSERT INTO lines VALUES (1, 1), (2, 3), (3, 2);",
        )
        .unwrap();
    let ids = boxed_lines(org).order(lines::id).select(lines::id);
    assert_eq!(ids.load::<i32>(connection).unwrap(), [1, 3]);
}

#[test]
fn a_workspace_of_another_organisation_is_not_joined() {
    let (org, connection) = (&org(), &mut connection());
    let foreign: &Scoped<WorkspaceId> = &testing::scope(WorkspaceId(1));
    let rows: Vec<(String, String)> = canvases::table
        .scoped(foreign)
        .inner_join(workspaces::table.scoped(org))
        .select((canvases::title, workspaces::name))
        .load(connection)
        .unwrap();
    assert_eq!(rows, []);
}

/// One kind under two columns' names: the tenants are compared.
#[test]
fn one_kind_is_compared_whatever_its_columns_are_called() {
    let (org, connection) = (&org(), &mut connection());
    let query = invoices::table
        .scoped(org)
        .inner_join(workspaces::table.scoped(org))
        .order(invoices::id)
        .select((invoices::total, workspaces::name));
    let rows: Vec<(i32, String)> = query.load(connection).unwrap();
    assert_eq!(rows, [(10, "w7".to_owned())]);
    let everybody = testing::cross_tenant("a test");
    let rows: Vec<(i32, String)> = invoices::table
        .across_tenants(&everybody)
        .inner_join(workspaces::table.across_tenants(&everybody))
        .order(invoices::id)
        .select((invoices::total, workspaces::name))
        .load(connection)
        .unwrap();
    assert_eq!(rows, [(10, "w7".to_owned()), (30, "foreign".to_owned())]);
}

/// The owners' own table is scoped by its key.
#[test]
fn the_table_of_the_owners_themselves() {
    let (org, connection) = (&org(), &mut connection());
    let rows: Vec<(String, String)> = workspaces::table
        .scoped(org)
        .inner_join(orgs::table.scoped(org))
        .order(workspaces::id)
        .select((orgs::title, workspaces::name))
        .load(connection)
        .unwrap();
    assert_eq!(rows, [("one".to_owned(), "w7".to_owned()), ("one".to_owned(), "w8".to_owned())]);
    insert_into(workspaces::table.scoped(org))
        .values((workspaces::id.eq(9), workspaces::name.eq("new")))
        .execute(connection)
        .unwrap();
    let owner: i32 =
        workspaces::table.scoped(org).find(9).select(workspaces::org_id).first(connection).unwrap();
    assert_eq!(owner, 1);
}

#[test]
fn the_wall_is_of_one_kind() {
    use tenancy_rls::{Roles, RowSecurity, RowSecurityError, tables};

    let roles = || Roles::new("app", "across").unwrap();
    let refused = RowSecurity::new(tables![workspaces, canvases], roles()).unwrap_err();
    assert!(matches!(refused, RowSecurityError::TwoKindsOfOwner { .. }), "{refused}");
    assert!(refused.to_string().contains("WorkspaceId"), "{refused}");
    assert!(RowSecurity::new(tables![workspaces, invoices, orgs], roles()).is_ok());
}
