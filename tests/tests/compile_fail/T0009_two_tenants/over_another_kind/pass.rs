// L03
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::ids::{OrgId, WorkspaceId};

tenancy_diesel::table! {
    #[tenant_scoped(org_id: OrgId)]
    workspaces (id) { id -> Integer, org_id -> Integer, name -> Text, }
    #[tenant_scoped(workspace_id: WorkspaceId)]
    canvases (id) { id -> Integer, workspace_id -> Integer, title -> Text, }
    #[tenant_scoped(org_id: OrgId)]
    invoices (id) { id -> Integer, org_id -> Integer, workspace_id -> Integer, }
}
diesel::allow_tables_to_appear_in_same_query!(workspaces, canvases, invoices);

fn titles(
    one: &Scoped<OrgId>,
    other: &Scoped<OrgId>,
    workspace: &Scoped<WorkspaceId>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<i32>> {
    brand!(north = one, south = other);
    let _ = &south;
    workspaces::table
        .scoped(&north)
        .inner_join(canvases::table.scoped(workspace).on(canvases::workspace_id.eq(workspaces::id)))
        .inner_join(invoices::table.scoped(&north).on(invoices::workspace_id.eq(workspaces::id)))
        .select(invoices::id)
        .load(connection)
}

fn main() {}
