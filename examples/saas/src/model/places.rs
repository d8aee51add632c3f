//! That an organisation was moved, which an operator does from outside: told where people look for what happened, once.

use tenancy_diesel::{Claimed, insert_into, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use super::{Result, SCHEDULER, new_id};
use crate::database::{Database, on, place};
use crate::schema::{activity, places};
use crate::web::App;
use crate::{audit, clock};

/// What is said of who moves an organisation.
const OPERATOR: &str = "Our operator";

/// Takes note of where `scope`'s organisation is now. Returns where it was, if that was elsewhere: to one of all who look at the same time.
async fn moved(db: &Database, scope: &super::Scope, now: &str) -> Result<Option<String>> {
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let known = places::table.scoped(scope).select(places::place).first::<String>(tx).await.optional()?;
        let Some(was) = known else {
            insert_into(places::table.scoped(scope)).values(places::place.eq(now)).execute(tx).await?;
            return Ok(None);
        };
        let from_there = places::table.scoped(scope).filter(places::place.eq(&was).and(places::place.ne(now)));
        if update(from_there).set(places::place.eq(now)).execute(tx).await? == 0 {
            return Ok(None);
        }
        let line = (activity::id.eq(new_id()), activity::who.eq(OPERATOR),
            activity::what.eq(format!("moved what you have here, as it was, to another place: {now}")), activity::created_at.eq(clock::now()));
        insert_into(activity::table.scoped(scope)).values(line).execute(tx).await?;
        Ok::<_, PoolError>(Some(was))
    }).await)
}

/// Looks where each active organisation is, and writes a move into its own log and into the operator's audit trail.
///
/// # Errors
///
/// If a database does not answer. What was found is written; the rest is found the next time.
pub async fn notice(app: &App) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let tenants = app.authority.admit_all(SCHEDULER).await?;
    for tenant in tenants.tenants() {
        let now = place(&app.db, *tenant).await?;
        let scope = app.authority.admit(SCHEDULER, Claimed::new(*tenant)).await?;
        if let Some(was) = moved(&app.db, &scope, &now).await? {
            audit::note(&app.db, "moved a tenant", OPERATOR, &tenant.to_string(), &format!("{was} → {now}"))
                .await?;
        }
    }
    Ok(())
}
