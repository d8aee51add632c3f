// L03
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use tenancy_diesel::Scoped;

#[derive(Debug, Clone, Copy, AsExpression)]
#[diesel(sql_type = Integer)]
pub struct OrgId(pub i32);

#[derive(Debug, Clone, Copy, AsExpression)]
#[diesel(sql_type = Integer)]
pub struct WorkspaceId(pub i32);

tenancy_diesel::table! {
    #[tenant_scoped(org_id: OrgId)]
    workspaces (id) { id -> Integer, org_id -> Integer, name -> Text, }
    #[tenant_scoped(workspace_id: WorkspaceId)]
    canvases (id) { id -> Integer, workspace_id -> Integer, title -> Text, }
}
diesel::allow_tables_to_appear_in_same_query!(workspaces, canvases);

fn titles(org: &Scoped<OrgId>, workspace: &Scoped<WorkspaceId>) {
    let _ = canvases::table
        .scoped(workspace)
        .inner_join(workspaces::table.scoped(org).on(canvases::workspace_id.eq(workspaces::id)))
        .select(canvases::title);
}

fn main() {}
