//! The rows, and what is written to them. What is written has no tenant: the statements add it.

use diesel::prelude::*;
use tenancy_diesel::prelude::*;

use crate::schema::{agents, canvases};

#[derive(Debug, Queryable, Selectable, Identifiable, TenantScoped)]
#[diesel(table_name = agents)]
pub(crate) struct Agent {
    pub(crate) id: i32,
    pub(crate) tenant_id: TenantId,
    pub(crate) name: String,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = agents)]
pub(crate) struct AgentForm<'a> {
    pub(crate) id: i32,
    pub(crate) plan_id: i32,
    pub(crate) name: &'a str,
}

#[derive(Debug, Queryable, Selectable, Identifiable, Associations, TenantScoped)]
#[diesel(table_name = canvases, belongs_to(Agent))]
#[tenant_scoped(id = TenantId)]
pub(crate) struct Canvas {
    pub(crate) id: i32,
    pub(crate) agent_id: i32,
    pub(crate) title: String,
}
