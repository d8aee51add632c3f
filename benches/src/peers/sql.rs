//! The statements as SQL, for those who write it themselves.

/// $1 is the tenant, $2 the agent.
pub(super) const POINT: &str = "SELECT tenant_id, id, name, email, score, budget, active FROM agents \
     WHERE tenant_id = $1 AND id = $2";

/// $1 is the tenant, $2 how many.
pub(super) const LIST: &str = "SELECT tenant_id, id, name, email, score, budget, active FROM agents \
     WHERE tenant_id = $1 ORDER BY id LIMIT $2";

/// $1 is the tenant, $2 how many.
pub(super) const JOIN: &str = "SELECT agents.tenant_id, canvases.id, canvases.title, agents.name FROM canvases \
     JOIN agents ON agents.tenant_id = canvases.tenant_id AND agents.id = canvases.agent_id \
     WHERE canvases.tenant_id = $1 ORDER BY canvases.id LIMIT $2";

/// $1 is the tenant, $2 how many.
pub(super) const LEFT_JOIN: &str = "SELECT agents.tenant_id, agents.id, agents.name, canvases.title FROM agents \
     LEFT JOIN canvases ON canvases.tenant_id = agents.tenant_id AND canvases.agent_id = agents.id \
     WHERE agents.tenant_id = $1 ORDER BY agents.id, canvases.id LIMIT $2";

/// $1 is the tenant, $2 the agent.
pub(super) const EXISTS: &str = "SELECT EXISTS (SELECT FROM agents WHERE tenant_id = $1 AND id = $2)";

/// $1 is the tenant, $2 the agent, $3 the budget.
pub(super) const UPDATE: &str = "UPDATE agents SET budget = $3 WHERE tenant_id = $1 AND id = $2";

/// $1 is the tenant, then the row.
pub(super) const INSERT: &str =
    "INSERT INTO readings (tenant_id, id, label, score, note) VALUES ($1, $2, $3, $4, $5)";

/// $1 is the tenant, then the row.
pub(super) const UPSERT: &str = "INSERT INTO agents (tenant_id, id, name, email, score, budget, active) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, id) DO UPDATE SET budget = excluded.budget";

/// $1 is the tenant, then the columns. For thousands of rows sqlx's documentation says so, and nothing else was as fast for
/// tokio-postgres, its binary COPY included.
pub(super) const BULK: &str = "INSERT INTO readings (tenant_id, id, label, score, note) \
     SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::integer[], $5::text[])";
