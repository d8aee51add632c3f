tenancy_diesel::schema! {
    include = "tests/guides/new_app/diesel_schema.rs",
    // With the type of its ids, so that `tenants`, whose column is another, is known to be of the same kind.
    tenant_column = tenant_id: tenancy_diesel::TenantId,
    scoped = [
        tenants(id: tenancy_diesel::TenantId),
        memberships(admission(user_id)), // a tenant's; before anybody is admitted, by the user
    ],
    global = [plans],
    joins = [canvases -> agents (agent_id)],
    tables = tenancy_rls,
}
