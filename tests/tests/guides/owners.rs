//! `operating.md`: another kind of owner.

use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::testing;

use tenancy_tests::ids::{OrgId, WorkspaceId};

pub(crate) mod schema {
    tenancy_diesel::schema! {
        include = "tests/cli/owners.rs",
        tenant_column = org_id: super::OrgId,
        scoped = [canvases(workspace_id: super::WorkspaceId), orgs(id: super::OrgId)],
    }
}

use schema::{canvases, workspaces};

fn drawn(
    org: &Scoped<OrgId>,
    workspace: &Scoped<WorkspaceId>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<(String, String)>> {
    canvases::table
        .scoped(workspace)
        .inner_join(workspaces::table.scoped(org))
        .select((workspaces::name, canvases::title))
        .load(connection)
}

#[test]
fn two_kinds_of_owner() {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    diesel::connection::SimpleConnection::batch_execute(
        &mut connection,
        "CREATE TABLE workspaces (id INTEGER PRIMARY KEY, org_id INTEGER NOT NULL, name TEXT NOT NULL);
         CREATE TABLE canvases (id INTEGER PRIMARY KEY, workspace_id INTEGER NOT NULL, title TEXT NOT NULL);
         INSERT INTO workspaces VALUES (7, 1, 'ours'), (8, 2, 'theirs');
         INSERT INTO canvases VALUES (1, 7, 'Sun'), (2, 8, 'Secret');",
    )
    .unwrap();
    let found = drawn(&testing::scope(OrgId(1)), &testing::scope(WorkspaceId(7)), &mut connection);
    assert_eq!(found, Ok(vec![("ours".into(), "Sun".into())]));
    let mixed_up = drawn(&testing::scope(OrgId(2)), &testing::scope(WorkspaceId(7)), &mut connection);
    assert_eq!(mixed_up, Ok(vec![]));
}
