//! The application of the guides: its schema, its models, and its tables on SQLite.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

// In the guides this is `src/schema.rs`.
pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/guides/diesel_schema.rs",
        tenant_column = tenant_id,
        global = [
            plans,
            users,
            jobs = "the worker takes the next one, whosever it is",
        ],
        scoped = [
            agents(tenant_id, filter = deleted_at.is_null()),
            templates(tenant_id, shared),
            memberships(tenant_id, admission(user_id)),
            support_grants(tenant_id, admission(staff_id, read(until))),
            endpoints(tenant_id, admission(id, secret_hash)),
        ],
        joins = [canvases -> agents (agent_id)],
        tables = tenancy_rls,
    }
}

pub mod models {
    use diesel::prelude::*;
    use tenancy_diesel::prelude::*;

    use super::schema::*;

    #[derive(Debug, Clone, Queryable, Selectable, Identifiable, TenantScoped, serde::Serialize)]
    #[diesel(table_name = agents)]
    pub struct Agent {
        pub id: i32,
        pub tenant_id: i32,
        pub name: String,
        pub email: String,
    }

    #[derive(Insertable, AsChangeset)]
    #[diesel(table_name = agents)]
    pub struct AgentForm {
        pub name: String,
        pub email: String,
    }

    #[derive(Debug, Queryable, Selectable, Identifiable, Associations, TenantScoped)]
    #[diesel(table_name = canvases, primary_key(tenant_id, id), belongs_to(Agent))]
    pub struct Canvas {
        pub tenant_id: i32,
        pub id: i32,
        pub agent_id: i32,
        pub title: String,
        pub score: i32,
    }
}

const TABLES: &str = "
CREATE TABLE plans (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE templates (id INTEGER PRIMARY KEY, tenant_id INTEGER, title TEXT NOT NULL);
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);
CREATE TABLE memberships (
    user_id INTEGER NOT NULL REFERENCES users, tenant_id INTEGER NOT NULL, role TEXT NOT NULL, PRIMARY KEY (user_id, tenant_id)
);
CREATE TABLE support_grants (
    staff_id INTEGER NOT NULL, tenant_id INTEGER NOT NULL, until TIMESTAMP NOT NULL, PRIMARY KEY (staff_id, tenant_id)
);
CREATE TABLE endpoints (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL, secret_hash TEXT NOT NULL UNIQUE);
CREATE TABLE jobs (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL, kind TEXT NOT NULL, done BOOLEAN NOT NULL DEFAULT FALSE);
CREATE TABLE agents (
    id INTEGER PRIMARY KEY NOT NULL, tenant_id INTEGER NOT NULL, manager_id INTEGER, name TEXT NOT NULL, email TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'active', deleted_at TIMESTAMP,
    UNIQUE (tenant_id, id), UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, manager_id) REFERENCES agents (tenant_id, id)
);
CREATE TABLE canvases (
    tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, agent_id INTEGER NOT NULL, title TEXT NOT NULL, score INTEGER NOT NULL DEFAULT 0,
    drawn_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
);
CREATE TABLE settings (tenant_id INTEGER PRIMARY KEY NOT NULL, theme TEXT NOT NULL);
CREATE TABLE tags (tenant_id INTEGER NOT NULL, name TEXT NOT NULL, uses INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (tenant_id, name));
INSERT INTO plans VALUES (1, 'free');
INSERT INTO templates VALUES (1, NULL, 'Kanban'), (2, NULL, 'Retrospective'), (3, 1, 'Ours'), (4, 2, 'Theirs');
INSERT INTO agents (id, tenant_id, manager_id, name, email) VALUES
    (1, 1, NULL, 'Ada', 'ada@acme.example'), (2, 1, 1, 'Bob', 'bob@acme.example'), (3, 1, 1, 'Cid', 'cid@acme.example'),
    (4, 2, NULL, 'Zoe', 'zoe@globex.example');
INSERT INTO canvases (tenant_id, id, agent_id, title, score, drawn_at) VALUES
    (1, 1, 1, 'Sun', 10, '2026-11-01 09:00:00'), (1, 2, 2, 'Sea', 20, '2026-11-01 17:00:00'),
    (1, 3, 1, '100% wool', 30, '2026-11-02 09:00:00'), (2, 1, 4, 'Secret', 99, '2026-11-01 09:00:00');
";

/// A database with two tenants, 1 and 2.
pub(crate) fn connection() -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(TABLES).unwrap();
    connection
}
