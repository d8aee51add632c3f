//! What spans tenants: each function takes a permission, whose reason and every use are in the audit trail.

use diesel::dsl::count_star;
use tenancy_diesel::{CrossTenant, TenantId, delete, insert_into, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use super::{Result, new_id};
use crate::clock;
use crate::database::{Database, on};
use crate::schema::{activity, memberships, organisations, usage};
use crate::web::User;

pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub plan: String,
    pub status: String,
    pub members: i64,
    pub executions: i64,
}

pub async fn tenants(db: &Database, across: &CrossTenant) -> Result<Vec<Tenant>> {
    on!(db, pools => pools.tenants.across(across).transaction(async |tx| {
        let all: Vec<(TenantId, String, String, String)> = organisations::table.across_tenants(across)
            .order(organisations::name)
            .select((organisations::id, organisations::name, organisations::plan, organisations::status))
            .load(tx).await?;
        let members: Vec<(TenantId, i64)> = memberships::table.across_tenants(across)
            .filter(memberships::role.ne("service"))
            .group_by(memberships::tenant_id).select((memberships::tenant_id, count_star())).load(tx).await?;
        let executions: Vec<(TenantId, i64)> = usage::table.across_tenants(across)
            .select((usage::tenant_id, usage::executions)).load(tx).await?;
        let sum = |of: &[(TenantId, i64)], id| of.iter().filter(|(at, _)| *at == id).map(|(_, number)| number).sum();
        Ok::<_, PoolError>(all.into_iter().map(|(id, name, plan, status)| Tenant {
            id, name, plan, status, members: sum(&members, id), executions: sum(&executions, id),
        }).collect())
    }).await)
}

/// Changes a tenant's status and plan, and says so in its own log.
pub async fn change(
    db: &Database,
    across: &CrossTenant,
    tenant: TenantId,
    status: &str,
    plan: &str,
    reason: &str,
) -> Result<usize> {
    on!(db, pools => pools.tenants.across(across).transaction(async |tx| {
        let one = update(organisations::table.write_across_tenants(across)).filter(organisations::id.eq(tenant));
        let changed = one.set((organisations::status.eq(status), organisations::plan.eq(plan))).execute(tx).await?;
        if changed == 1 {
            let line = (activity::id.eq(new_id()), activity::who.eq("Our operator"),
                activity::what.eq(format!("set {status}, {plan}: {reason}")), activity::created_at.eq(clock::now()));
            insert_into(activity::table.write_across_tenants(across).of(tenant)).values(line).execute(tx).await?;
        }
        Ok::<_, PoolError>(changed)
    }).await)
}

/// Makes one of ours a supporter of a tenant until then, and says so in the tenant's own log, by a line of this id.
///
/// By a row of the memberships, on both databases. `tenancy_operate::support` keeps grants in PostgreSQL alone, and only their tables' owner gives them there, by
/// a command: this process has no such role. Who is on PostgreSQL alone wraps `Members` in its `WithSupport`, and takes this away.
pub async fn let_in(
    db: &Database,
    across: &CrossTenant,
    tenant: TenantId,
    id: &str,
    who: &User,
    until: i64,
    reason: &str,
) -> Result<String> {
    on!(db, pools => pools.tenants.across(across).transaction(async |tx| {
        let slug: String = organisations::table.across_tenants(across)
            .filter(organisations::id.eq(tenant)).select(organisations::slug).first(tx).await?;
        let line = (activity::id.eq(id), activity::who.eq(format!("{} of our support", who.name)),
            activity::what.eq(format!("may read here until {}: {reason}", clock::shown(until))), activity::created_at.eq(clock::now()));
        let lines = insert_into(activity::table.write_across_tenants(across).of(tenant)).values(line);
        if lines.on_conflict(activity::id).do_nothing().execute(tx).await? == 0 {
            // The same form came before.
            return Ok(slug);
        }
        // A supporter of before; a member of the tenant's own stays one.
        delete(memberships::table.write_across_tenants(across))
            .filter(memberships::tenant_id.eq(tenant).and(memberships::user_id.eq(&who.id)).and(memberships::role.eq("support")))
            .execute(tx).await?;
        let row = (memberships::user_id.eq(&who.id), memberships::slug.eq(&slug), memberships::name.eq(&who.name),
            memberships::email.eq(&who.email), memberships::role.eq("support"), memberships::expires_at.eq(until));
        insert_into(memberships::table.write_across_tenants(across).of(tenant)).values(row).execute(tx).await?;
        Ok::<_, PoolError>(slug)
    }).await)
}
