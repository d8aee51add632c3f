//! Uploads and exports: rows here, and their bytes in a store under the tenant's prefix.

use tenancy_diesel::{delete, insert_into, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use super::{Result, Scope};
use crate::clock;
use crate::database::{Database, on};
use crate::jobs::queue::queued;
use crate::schema::{exports, jobs, uploads};

#[derive(Queryable, Selectable)]
#[diesel(table_name = uploads)]
pub struct Upload {
    pub id: String,
    pub name: String,
    pub size: i64,
}

pub async fn add_upload(
    db: &Database,
    scope: &Scope,
    id: &str,
    task: &str,
    name: &str,
    size: i64,
) -> Result<()> {
    let row = (
        uploads::id.eq(id),
        uploads::task_id.eq(task),
        uploads::name.eq(name),
        uploads::size.eq(size),
        uploads::created_at.eq(clock::now()),
    );
    on!(db, pools => pools.tenants.execute(scope, insert_into(uploads::table.scoped(scope)).values(row)).await).map(drop)
}

pub async fn uploads_of(db: &Database, scope: &Scope, task: &str) -> Result<Vec<Upload>> {
    let all = uploads::table.scoped(scope).filter(uploads::task_id.eq(task)).order(uploads::id);
    on!(db, pools => pools.tenants.load(scope, all.select(Upload::as_select())).await)
}

pub async fn upload(db: &Database, scope: &Scope, id: &str) -> Result<Upload> {
    let one = uploads::table.scoped(scope).filter(uploads::id.eq(id));
    on!(db, pools => pools.tenants.first(scope, one.select(Upload::as_select())).await)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = exports)]
pub struct Export {
    pub id: String,
    pub status: String,
    pub size: i64,
    pub created_at: i64,
}

/// Begins an export. `job` is what does it.
pub async fn begin_export(db: &Database, scope: &Scope, id: &str, job: &str) -> Result<()> {
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let row = (exports::id.eq(id), exports::status.eq("waiting"), exports::size.eq(0), exports::created_at.eq(clock::now()));
        insert_into(exports::table.scoped(scope)).values(row).execute(tx).await?;
        queued!(scope, id, job).execute(tx).await?;
        Ok::<_, PoolError>(())
    }).await)
}

/// Begins one again that failed, by a job of whoever asks now. Somebody who was quicker is not disturbed.
pub async fn begin_export_again(db: &Database, scope: &Scope, id: &str, job: &str) -> Result<()> {
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let failed = exports::table.scoped(scope).filter(exports::id.eq(id).and(exports::status.eq("failed")));
        if update(failed).set(exports::status.eq("waiting")).execute(tx).await? == 1 {
            // The operator need not look at the one that failed any more.
            delete(jobs::table.scoped(scope).filter(jobs::id.eq(id))).execute(tx).await?;
            queued!(scope, id, job).execute(tx).await?;
        }
        Ok::<_, PoolError>(())
    }).await)
}

pub async fn finish_export(db: &Database, scope: &Scope, id: &str, size: i64) -> Result<usize> {
    let one = exports::table.scoped(scope).filter(exports::id.eq(id));
    on!(db, pools => pools.tenants.execute(scope, update(one).set((exports::status.eq("done"), exports::size.eq(size)))).await)
}

pub async fn exports(db: &Database, scope: &Scope) -> Result<Vec<Export>> {
    let all = exports::table.scoped(scope).order((exports::created_at.desc(), exports::id.desc())).limit(20);
    on!(db, pools => pools.tenants.load(scope, all.select(Export::as_select())).await)
}

pub async fn export(db: &Database, scope: &Scope, id: &str) -> Result<Export> {
    let one = exports::table.scoped(scope).filter(exports::id.eq(id));
    on!(db, pools => pools.tenants.first(scope, one.select(Export::as_select())).await)
}
