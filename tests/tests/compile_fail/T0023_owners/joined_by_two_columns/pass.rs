// L03
use diesel::expression::AsExpression;
use diesel::sql_types::Integer;

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
tenancy_diesel::joinable!(canvases -> workspaces (workspace_id));
diesel::allow_tables_to_appear_in_same_query!(workspaces, canvases);
tenancy_diesel::allow_owners_to_appear_in_same_query!(OrgId, WorkspaceId);

fn main() {}
