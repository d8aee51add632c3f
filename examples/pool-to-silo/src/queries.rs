//! What the application does for a tenant. Nothing here knows where that tenant's rows are.

use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::insert_into;
use tenancy_diesel::prelude::*;
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};

use crate::schema::{agents, plans};

pub(crate) type Fleet = TenantPool<AsyncPgConnection>;

/// Hires an agent, and lists all of the tenant's with their plans.
pub(crate) async fn hire(
    fleet: &Fleet,
    scope: &Scoped<String>,
    id: i32,
    name: &str,
) -> Result<Vec<String>, PoolError> {
    fleet
        .transaction(scope, async |tx| {
            insert_into(agents::table.scoped(scope))
                .values((agents::id.eq(id), agents::plan_id.eq(2), agents::name.eq(name)))
                .execute(tx)
                .await?;
            let hired: Vec<(String, String)> = agents::table
                .scoped(scope)
                .inner_join(plans::table)
                .select((agents::name, plans::name))
                .order(agents::id)
                .load(tx)
                .await?;
            Ok(hired.into_iter().map(|(agent, plan)| format!("{agent} ({plan})")).collect())
        })
        .await
}

#[derive(QueryableByName)]
pub(crate) struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// What raw SQL sees that has forgotten the tenant: the database adds it.
pub(crate) async fn forgotten(fleet: &Fleet, scope: &Scoped<String>) -> Result<Vec<String>, PoolError> {
    fleet
        .transaction(scope, async |tx| {
            let raw = tx.raw("shows the wall", "SELECT name FROM agents ORDER BY id")?;
            let names: Vec<Name> = raw.load().await?;
            Ok(names.into_iter().map(|row| row.name).collect())
        })
        .await
}

/// What an injection would try: to name another tenant first.
pub(crate) async fn injected(
    fleet: &Fleet,
    scope: &Scoped<String>,
    victim: &str,
) -> Result<Vec<String>, PoolError> {
    fleet
        .transaction(scope, async |tx| {
            let setting = format!("SET LOCAL tenancy.tenant = '{victim}'");
            tx.raw("plays the attacker", &setting)?.execute().await?;
            let names: Vec<Name> = tx.raw("plays the attacker", "SELECT name FROM agents")?.load().await?;
            Ok(names.into_iter().map(|row| row.name).collect())
        })
        .await
}
