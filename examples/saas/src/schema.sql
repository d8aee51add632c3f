-- For SQLite and PostgreSQL alike, for the tables that organisations share and for a schema of one's own. Keys lead with the tenant, and so do the
-- keys that point at them.
CREATE TABLE settings (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id) ON DELETE CASCADE, overlay TEXT NOT NULL
);
CREATE TABLE agents (
    tenant_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE, id TEXT NOT NULL, name TEXT NOT NULL, instructions TEXT NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (tenant_id, id)
);
CREATE TABLE canvases (
    tenant_id TEXT NOT NULL, id TEXT NOT NULL, agent_id TEXT NOT NULL, title TEXT NOT NULL, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX canvases_by_agent ON canvases (tenant_id, agent_id);
CREATE TABLE projects (
    tenant_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE, id TEXT NOT NULL, name TEXT NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (tenant_id, id)
);
CREATE TABLE tasks (
    tenant_id TEXT NOT NULL, id TEXT NOT NULL, project_id TEXT NOT NULL, parent_id TEXT, assignee_id TEXT, title TEXT NOT NULL,
    notes TEXT NOT NULL, status TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, parent_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES memberships (tenant_id, user_id)
);
CREATE INDEX tasks_by_project ON tasks (tenant_id, project_id);
CREATE INDEX tasks_by_parent ON tasks (tenant_id, parent_id);
CREATE INDEX tasks_by_assignee ON tasks (tenant_id, assignee_id);
CREATE TABLE episodes (
    tenant_id TEXT NOT NULL, id TEXT NOT NULL, agent_id TEXT NOT NULL, task_id TEXT NOT NULL, created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX episodes_by_agent ON episodes (tenant_id, agent_id);
CREATE INDEX episodes_by_task ON episodes (tenant_id, task_id);
CREATE TABLE executions (
    tenant_id TEXT NOT NULL, id TEXT NOT NULL, episode_id TEXT NOT NULL, status TEXT NOT NULL, output TEXT NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, episode_id) REFERENCES episodes (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX executions_by_episode ON executions (tenant_id, episode_id);
CREATE TABLE uploads (
    tenant_id TEXT NOT NULL, id TEXT NOT NULL, task_id TEXT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX uploads_by_task ON uploads (tenant_id, task_id);
CREATE TABLE exports (
    tenant_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE, id TEXT NOT NULL, status TEXT NOT NULL, size BIGINT NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (tenant_id, id)
);
