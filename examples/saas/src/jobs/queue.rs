//! The queue: a table of the tenants', so that nobody's job is seen by another, and each tenant's come in turn.
//!
//! A job that is taken comes again when its time is over: then whoever had it has died. It is tried some times, later each time; after that it stays, and is
//! the operator's to look at.

use tenancy_diesel::{CrossTenant, TenantId, delete, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use crate::clock;
use crate::database::{Database, on};
use crate::model::{Result, Scope};
use crate::schema::jobs;

/// How long somebody has for a job before another one takes it.
const LEASE: i64 = 60;

/// How often it is tried.
pub const ATTEMPTS: i64 = 5;

/// How long it waits for another try, in seconds: 10, 40, 160, 640. After the last one it waits for nothing.
const fn pause(attempts: i64) -> i64 {
    if attempts < ATTEMPTS { 10 << (2 * (attempts - 1)) } else { 0 }
}

pub(super) struct Leased {
    pub id: String,
    pub message: String,
    /// With this one.
    pub attempts: i64,
}

/// What is put into the queue, in the transaction of what it is about.
macro_rules! queued {
    ($scope:expr, $message:expr) => {
        tenancy_diesel::insert_into($crate::schema::jobs::table.scoped($scope)).values((
            $crate::schema::jobs::id.eq($crate::model::new_id()),
            $crate::schema::jobs::message.eq($message),
            $crate::schema::jobs::run_at.eq($crate::clock::now()),
            $crate::schema::jobs::attempts.eq(0),
            $crate::schema::jobs::error.eq(""),
        ))
    };
}
pub(crate) use queued;

/// Takes the first job that is due. Of two that try at once on PostgreSQL each gets another one; on SQLite the update lets one have it.
pub(super) async fn lease(db: &Database, scope: &Scope) -> Result<Option<Leased>> {
    let now = clock::now();
    let is_due = || jobs::run_at.le(now).and(jobs::attempts.lt(ATTEMPTS));
    let first = || jobs::table.scoped(scope).filter(is_due()).order(jobs::id).limit(1);
    let columns = (jobs::id, jobs::message, jobs::attempts);
    let take = |id: &str| {
        let one = jobs::table.scoped(scope).filter(jobs::id.eq(id.to_owned()).and(jobs::run_at.le(now)));
        update(one).set((jobs::run_at.eq(now + LEASE), jobs::attempts.eq(jobs::attempts + 1)))
    };
    let leased =
        |(id, message, attempts): (String, String, i64)| Leased { id, message, attempts: attempts + 1 };
    match db {
        Database::Postgres(pools, _) => {
            pools
                .tenants
                .transaction(scope, async |tx| {
                    let free = first().select(columns).for_update().skip_locked();
                    let found: Vec<(String, String, i64)> = free.load(tx).await?;
                    let Some(found) = found.into_iter().next() else { return Ok(None) };
                    take(&found.0).execute(tx).await?;
                    Ok::<_, PoolError>(Some(leased(found)))
                })
                .await
        }
        Database::Sqlite(pools) => {
            pools
                .tenants
                .transaction(scope, async |tx| {
                    let found: Vec<(String, String, i64)> = first().select(columns).load(tx).await?;
                    let Some(found) = found.into_iter().next() else { return Ok(None) };
                    let taken = take(&found.0).execute(tx).await?;
                    Ok::<_, PoolError>((taken == 1).then(|| leased(found)))
                })
                .await
        }
    }
}

pub(super) async fn done(db: &Database, scope: &Scope, id: &str) -> Result<()> {
    let one = jobs::table.scoped(scope).filter(jobs::id.eq(id));
    on!(db, pools => pools.tenants.execute(scope, delete(one)).await).map(drop)
}

/// It failed, and comes again later; or never by itself, where that was the last try.
pub(super) async fn failed(db: &Database, scope: &Scope, job: &Leased, error: &str) -> Result<()> {
    let one = jobs::table.scoped(scope).filter(jobs::id.eq(&job.id));
    let later = update(one).set((jobs::run_at.eq(clock::now() + pause(job.attempts)), jobs::error.eq(error)));
    on!(db, pools => pools.tenants.execute(scope, later).await).map(drop)
}

/// A job that is not tried any more. What it is about is its tenant's: the operator sees why it failed.
pub struct Dead {
    pub tenant: TenantId,
    pub id: String,
    pub error: String,
}

/// Every tenant's jobs that are not tried any more; also those whose worker died each time, and so said nothing.
pub async fn dead(db: &Database, across: &CrossTenant, most: i64) -> Result<Vec<Dead>> {
    on!(db, pools => pools.tenants.across(across).transaction(async |tx| {
        let is_dead = jobs::attempts.ge(ATTEMPTS).and(jobs::run_at.le(clock::now()));
        let dead = jobs::table.across_tenants(across).filter(is_dead).order(jobs::id).limit(most);
        let found: Vec<(TenantId, String, String)> = dead.select((jobs::tenant_id, jobs::id, jobs::error)).load(tx).await?;
        Ok::<_, PoolError>(found.into_iter().map(|(tenant, id, error)| Dead { tenant, id, error }).collect())
    }).await)
}

/// Tries one of them again, from the beginning.
pub async fn again(db: &Database, across: &CrossTenant, tenant: TenantId, id: &str) -> Result<usize> {
    on!(db, pools => pools.tenants.across(across).transaction(async |tx| {
        let one = jobs::tenant_id.eq(tenant).and(jobs::id.eq(id)).and(jobs::attempts.ge(ATTEMPTS));
        let one = update(jobs::table.write_across_tenants(across)).filter(one);
        Ok::<_, PoolError>(one.set((jobs::attempts.eq(0), jobs::run_at.eq(clock::now()))).execute(tx).await?)
    }).await)
}
