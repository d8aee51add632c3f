// L03, L85
use diesel::prelude::*;
use tenancy_diesel::Admitted;
use tenancy_tests::ids::{OrgId, WorkspaceId};

tenancy_diesel::table! {
    #[tenant_scoped(org_id: OrgId)]
    workspaces (id) { id -> Integer, org_id -> Integer, name -> Text, }
    #[tenant_scoped(workspace_id: WorkspaceId)]
    canvases (id) { id -> Integer, workspace_id -> Integer, title -> Text, }
}

struct Role;

fn titles(member: &Admitted<OrgId, Role>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    canvases::table.scoped(member).select(canvases::title).load(connection)
}

fn main() {}
