//! The queue: a table of the tenants', so that nobody's job is seen by another, and each tenant's come in turn.
//!
//! A job that is taken comes again when its time is over: then whoever had it has died. It is tried some times, later each time; after that it is given up:
//! what it is about says that it failed, and the job stays, for the operator to look at.

use tenancy_diesel::{CrossTenant, TenantId, delete, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use crate::clock;
use crate::database::{Database, on};
use crate::model::{Result, Scope};
use crate::schema::{executions, exports, jobs};

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

impl Leased {
    /// It was tried as often as that is done, and failed, or whoever tried it died.
    pub(super) const fn is_used_up(&self) -> bool {
        self.attempts > ATTEMPTS
    }
}

/// What is put into the queue, in the transaction of what it is about and under that one's id.
macro_rules! queued {
    ($scope:expr, $id:expr, $message:expr) => {
        tenancy_diesel::insert_into($crate::schema::jobs::table.scoped($scope)).values((
            $crate::schema::jobs::id.eq($id),
            $crate::schema::jobs::message.eq($message),
            $crate::schema::jobs::run_at.eq($crate::clock::now()),
            $crate::schema::jobs::attempts.eq(0),
            $crate::schema::jobs::error.eq(""),
            $crate::schema::jobs::given_up.eq(false),
        ))
    };
}
pub(crate) use queued;

/// What a job is about has another status, if it had this one.
macro_rules! becomes {
    ($tx:expr, $scope:expr, $id:expr, $from:literal => $to:literal) => {
        let export = exports::table.scoped($scope).filter(exports::id.eq($id).and(exports::status.eq($from)));
        update(export).set(exports::status.eq($to)).execute($tx).await?;
        let execution = executions::table.scoped($scope);
        let execution = execution.filter(executions::id.eq($id).and(executions::status.eq($from)));
        update(execution).set(executions::status.eq($to)).execute($tx).await?;
    };
}

/// Takes the first job that is due. Of two that try at once on PostgreSQL each gets another one; on SQLite the update lets one have it.
pub(super) async fn lease(db: &Database, scope: &Scope) -> Result<Option<Leased>> {
    let now = clock::now();
    let is_due = || jobs::run_at.le(now).and(jobs::given_up.eq(false));
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
                    // Where the operator has it tried again, it is waited for again.
                    if found.2 == 0 {
                        becomes!(tx, scope, &found.0, "failed" => "waiting");
                    }
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
                    if take(&found.0).execute(tx).await? == 0 {
                        return Ok(None);
                    }
                    if found.2 == 0 {
                        becomes!(tx, scope, &found.0, "failed" => "waiting");
                    }
                    Ok::<_, PoolError>(Some(leased(found)))
                })
                .await
        }
    }
}

pub(super) async fn done(db: &Database, scope: &Scope, id: &str) -> Result<()> {
    let one = jobs::table.scoped(scope).filter(jobs::id.eq(id));
    on!(db, pools => pools.tenants.execute(scope, delete(one)).await).map(drop)
}

/// It failed, and comes again later; or at once, where that was the last try, and is given up.
pub(super) async fn failed(db: &Database, scope: &Scope, job: &Leased, error: &str) -> Result<()> {
    let one = jobs::table.scoped(scope).filter(jobs::id.eq(&job.id));
    let later = update(one).set((jobs::run_at.eq(clock::now() + pause(job.attempts)), jobs::error.eq(error)));
    on!(db, pools => pools.tenants.execute(scope, later).await).map(drop)
}

/// It is not tried any more, and what it is about says so: neither without the other.
pub(super) async fn give_up(db: &Database, scope: &Scope, id: &str) -> Result<()> {
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        update(jobs::table.scoped(scope).filter(jobs::id.eq(id))).set(jobs::given_up.eq(true)).execute(tx).await?;
        becomes!(tx, scope, id, "waiting" => "failed");
        Ok::<_, PoolError>(())
    }).await)
}

/// It will not be done by anybody: whoever asked has left, or it waited too long. What it is about says so, and there is nothing for the operator to look at.
pub(super) async fn refuse(db: &Database, scope: &Scope, id: &str) -> Result<()> {
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        delete(jobs::table.scoped(scope).filter(jobs::id.eq(id))).execute(tx).await?;
        becomes!(tx, scope, id, "waiting" => "failed");
        Ok::<_, PoolError>(())
    }).await)
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
        let dead = jobs::table.across_tenants(across).filter(jobs::given_up.eq(true)).order(jobs::id).limit(most);
        let found: Vec<(TenantId, String, String)> = dead.select((jobs::tenant_id, jobs::id, jobs::error)).load(tx).await?;
        Ok::<_, PoolError>(found.into_iter().map(|(tenant, id, error)| Dead { tenant, id, error }).collect())
    }).await)
}

/// Tries one of them again, from the beginning.
pub async fn again(db: &Database, across: &CrossTenant, tenant: TenantId, id: &str) -> Result<usize> {
    on!(db, pools => pools.tenants.across(across).transaction(async |tx| {
        let one = jobs::tenant_id.eq(tenant).and(jobs::id.eq(id)).and(jobs::given_up.eq(true));
        let one = update(jobs::table.write_across_tenants(across)).filter(one);
        let anew = (jobs::attempts.eq(0), jobs::run_at.eq(clock::now()), jobs::given_up.eq(false));
        Ok::<_, PoolError>(one.set(anew).execute(tx).await?)
    }).await)
}
