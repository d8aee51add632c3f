//! Two tables of tenants and one that every tenant sees.

tenancy_diesel::table! {
    #![tenant_global(plans)]

    /// People and programs that draw.
    agents (tenant_id, id) {
        tenant_id -> Text,
        id -> Integer,
        plan_id -> Integer,
        name -> Text,
    }

    /// What they draw on.
    canvases (tenant_id, id) {
        tenant_id -> Text,
        id -> Integer,
        agent_id -> Integer,
        title -> Text,
    }

    /// What an agent may cost.
    plans (id) {
        id -> Integer,
        name -> Text,
    }
}

tenancy_diesel::joinable!(canvases -> agents (agent_id));
tenancy_diesel::joinable!(agents -> plans (plan_id));
diesel::allow_tables_to_appear_in_same_query!(agents, canvases, plans);

/// The same tables in SQL: keys lead with the tenant.
pub(crate) const SQL: &str = "
    CREATE TABLE plans (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE agents (
        tenant_id TEXT NOT NULL, id INTEGER NOT NULL, plan_id INTEGER NOT NULL REFERENCES plans, name TEXT NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE canvases (
        tenant_id TEXT NOT NULL, id INTEGER NOT NULL, agent_id INTEGER NOT NULL, title TEXT NOT NULL,
        PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, agent_id) REFERENCES agents
    );
    INSERT INTO plans VALUES (1, 'free'), (2, 'studio');";
