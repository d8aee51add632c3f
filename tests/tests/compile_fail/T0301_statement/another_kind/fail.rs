// L22
use diesel_async::AsyncPgConnection;
use tenancy_pool::{PoolError, TenantPool, prelude::*};
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

async fn titles(
    tenants: &TenantPool<AsyncPgConnection>,
    org: &Scoped<OrgId>,
    workspace: &Scoped<WorkspaceId>,
) -> Result<Vec<String>, PoolError> {
    let titles = canvases::table
        .scoped(workspace)
        .inner_join(workspaces::table.scoped(org).on(canvases::workspace_id.eq(workspaces::id)))
        .select(canvases::title);
    let _ = (org, &titles);
    tenants.load(org, titles).await
}

fn main() {}
