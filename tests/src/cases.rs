//! What the compile-fail cases share: models of the tables, a row as it is, and a connection by a shorter name.

use diesel::prelude::*;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use tenancy_diesel::TenantScoped;

use crate::schema::{agents, canvases};

/// A row of `agents`, in the order of the declaration.
pub type AgentRow = (i32, i32, Option<i32>, Option<i32>, String);

/// SQLite through diesel-async.
pub type AsyncSqliteConnection = SyncConnectionWrapper<SqliteConnection>;

/// An agent, as its tenant sees it.
#[derive(Queryable, Selectable, Identifiable, AsChangeset, Insertable, TenantScoped)]
#[diesel(table_name = agents)]
#[tenant_scoped(id = i32)]
pub struct Agent {
    /// The key.
    pub id: i32,
    /// The name.
    pub name: String,
}

/// An agent that knows its tenant, read and written.
#[derive(Queryable, Selectable, Insertable, TenantScoped)]
#[diesel(table_name = agents)]
pub struct OwnedAgent {
    /// The key.
    pub id: i32,
    /// Whose it is.
    #[diesel(skip_insertion)]
    pub tenant_id: i32,
    /// The name.
    pub name: String,
}

/// A canvas of an agent's.
#[derive(Queryable, Selectable, Identifiable, Associations, TenantScoped)]
#[diesel(table_name = canvases, belongs_to(Agent))]
#[tenant_scoped(id = i32)]
pub struct Canvas {
    /// The key.
    pub id: i32,
    /// Whose it is.
    pub agent_id: i32,
}

/// A canvas as a model that nobody made tenant-scoped.
#[derive(Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = canvases, belongs_to(Agent))]
pub struct Drawing {
    /// The key.
    pub id: i32,
    /// Whose it is.
    pub agent_id: i32,
}
