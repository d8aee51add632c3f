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
    agents (id) { id -> Integer, org_id -> Integer, name -> Text, }
    #[tenant_scoped(workspace_id: WorkspaceId)]
    canvases (id) { id -> Integer, workspace_id -> Integer, title -> Text, }
}
diesel::allow_tables_to_appear_in_same_query!(agents, canvases);

fn names(org: &Scoped<OrgId>, workspace: &Scoped<WorkspaceId>) {
    let _ = (org, workspace);
    let _ = agents::table.scoped(org).select(agents::name);
}

fn main() {}
