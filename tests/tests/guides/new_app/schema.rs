tenancy_diesel::schema! {
    include = "tests/guides/new_app/diesel_schema.rs",
    tenant_column = tenant_id,
    global = [
        plans,
        tenants,
        memberships = "read before admission, to find a user's tenants",
    ],
    joins = [canvases -> agents (agent_id)],
    tables = tenancy_rls,
}
