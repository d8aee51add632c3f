//! The queue in the database itself: a table of the tenants', so that nobody's job is seen by another, and each tenant's come in turn.

use tenancy_diesel::{delete, insert_into, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use crate::clock;
use crate::database::{Database, on};
use crate::model::{Result, Scope, new_id};
use crate::schema::jobs;

/// How long somebody has for a job before another one takes it.
const LEASE: i64 = 60;

/// How often it is tried.
const ATTEMPTS: i64 = 5;

pub(super) async fn add(db: &Database, scope: &Scope, message: &str) -> Result<()> {
    let row = (
        jobs::id.eq(new_id()),
        jobs::kind.eq("job"),
        jobs::message.eq(message),
        jobs::run_at.eq(clock::now()),
        jobs::attempts.eq(0),
    );
    on!(db, pools => pools.tenants.execute(scope, insert_into(jobs::table.scoped(scope)).values(row)).await)
        .map(drop)
}

/// Takes the first job that is due. Of two that try, the update lets one have it.
pub(super) async fn lease(db: &Database, scope: &Scope) -> Result<Option<(String, String)>> {
    let now = clock::now();
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let due = jobs::table.scoped(scope).filter(jobs::run_at.le(now).and(jobs::attempts.lt(ATTEMPTS)));
        let due = due.order(jobs::id).select((jobs::id, jobs::message));
        let Some((id, message)) = due.first::<(String, String)>(tx).await.optional()? else { return Ok(None) };
        let one = jobs::table.scoped(scope).filter(jobs::id.eq(&id).and(jobs::run_at.le(now)));
        let taken = update(one).set((jobs::run_at.eq(now + LEASE), jobs::attempts.eq(jobs::attempts + 1))).execute(tx).await?;
        Ok::<_, PoolError>((taken == 1).then_some((id, message)))
    }).await)
}

pub(super) async fn done(db: &Database, scope: &Scope, id: &str) -> Result<()> {
    let one = jobs::table.scoped(scope).filter(jobs::id.eq(id));
    on!(db, pools => pools.tenants.execute(scope, delete(one)).await).map(drop)
}
