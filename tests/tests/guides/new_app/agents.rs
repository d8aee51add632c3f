//! What the application does with agents. Each function takes the scope of the request.

use diesel_async::AsyncPgConnection;
use tenancy_diesel::insert_into;
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*; // in the place of `diesel::prelude::*`
use uuid::Uuid;

use crate::schema::{agents, canvases, plans, tenants};

pub type Tenants = TenantPool<AsyncPgConnection>;

#[derive(Debug, Queryable, Selectable, Identifiable, TenantScoped)]
#[diesel(table_name = agents)]
#[tenant_scoped(id = TenantId)]
pub struct Agent {
    pub id: Uuid,
    pub email: String,
    pub name: String,
}

/// What is written has no tenant: the statement adds it.
#[derive(Insertable)]
#[diesel(table_name = agents)]
pub struct NewAgent<'a> {
    pub email: &'a str,
    pub name: &'a str,
}

/// Hires an agent, who begins with an empty canvas: both or neither.
pub async fn hire(
    tenants: &Tenants,
    scope: &Scoped<TenantId>,
    new: NewAgent<'_>,
) -> Result<Agent, PoolError> {
    tenants
        .transaction(scope, async |tx| {
            let agent: Agent = insert_into(agents::table.scoped(scope))
                .values(&new)
                .returning(Agent::as_returning())
                .get_result(tx)
                .await?;
            insert_into(canvases::table.scoped(scope))
                .values((canvases::agent_id.eq(agent.id), canvases::title.eq("untitled")))
                .execute(tx)
                .await?;
            Ok(agent)
        })
        .await
}

/// The name of the tenant itself: nobody lists the others.
pub async fn name(tenants: &Tenants, scope: &Scoped<TenantId>) -> Result<String, PoolError> {
    tenants.get_result(scope, tenants::table.scoped(scope).select(tenants::name)).await
}

/// The names of agents, with their plans and canvases: one query, one round trip.
pub async fn overview(
    tenants: &Tenants,
    scope: &Scoped<TenantId>,
) -> Result<Vec<(String, String, String)>, PoolError> {
    let query = canvases::table
        .scoped(scope)
        .inner_join(agents::table.scoped(scope).inner_join(plans::table))
        .order((agents::name, canvases::title))
        .select((agents::name, plans::name, canvases::title));
    tenants.load(scope, query).await
}
