//! What agents do: episodes of an agent at a task, their executions, and what of it is counted.

use tenancy_diesel::{insert_into, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use super::{Result, Scope, new_id};
use crate::clock;
use crate::database::{Database, on};
use crate::jobs::queue::queued;
use crate::schema::{agents, episodes, executions, tasks, usage};

/// Begins an execution of an agent at a task, in their episode; the first one begins that as well. `job` is what does it.
pub async fn begin(db: &Database, scope: &Scope, id: &str, agent: &str, task: &str, job: &str) -> Result<()> {
    let now = clock::now();
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let both = episodes::agent_id.eq(agent).and(episodes::task_id.eq(task));
        let episode = episodes::table.scoped(scope).filter(both).select(episodes::id);
        let episode = match episode.first::<String>(tx).await.optional()? {
            Some(episode) => episode,
            None => {
                let episode = new_id();
                let row = (episodes::id.eq(&episode), episodes::agent_id.eq(agent), episodes::task_id.eq(task), episodes::created_at.eq(now));
                insert_into(episodes::table.scoped(scope)).values(row).execute(tx).await?;
                episode
            }
        };
        let row = (
            executions::id.eq(id), executions::episode_id.eq(episode), executions::status.eq("waiting"),
            executions::output.eq(""), executions::created_at.eq(now),
        );
        insert_into(executions::table.scoped(scope)).values(row).execute(tx).await?;
        insert_into(usage::table.scoped(scope))
            .values((usage::day.eq(clock::day(now)), usage::executions.eq(1)))
            .on_conflict(usage::day)
            .do_update()
            .set(usage::executions.eq(usage::executions + 1))
            .execute(tx).await?;
        queued!(scope, id, job).execute(tx).await?;
        Ok::<_, PoolError>(())
    }).await)
}

/// What an execution is about, for whoever does it.
pub async fn subject(db: &Database, scope: &Scope, execution: &str) -> Result<(String, String, String)> {
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let (agent, instructions, task): (String, String, String) = executions::table.scoped(scope)
            .inner_join(episodes::table.scoped(scope).inner_join(agents::table.scoped(scope)))
            .filter(executions::id.eq(execution))
            .select((agents::name, agents::instructions, episodes::task_id))
            .first(tx).await?;
        let title: String = tasks::table.scoped(scope).filter(tasks::id.eq(task)).select(tasks::title).first(tx).await?;
        Ok::<_, PoolError>((agent, instructions, title))
    }).await)
}

/// Its result, once: a job that runs again finds it done. One that was given up while somebody was slow with it is done after all.
pub async fn finish(db: &Database, scope: &Scope, execution: &str, output: &str) -> Result<usize> {
    let one = executions::table
        .scoped(scope)
        .filter(executions::id.eq(execution).and(executions::status.ne("done")));
    let done = update(one).set((executions::status.eq("done"), executions::output.eq(output)));
    on!(db, pools => pools.tenants.execute(scope, done).await)
}

/// Whether an execution was begun.
pub async fn is_begun(db: &Database, scope: &Scope, id: &str) -> Result<bool> {
    let one = executions::table.scoped(scope).filter(executions::id.eq(id)).select(executions::id);
    on!(db, pools => pools.tenants.load(scope, one).await).map(|found: Vec<String>| !found.is_empty())
}

/// One line of a task's page: the agent, the status, the output, the time.
pub type Run = (String, String, String, i64);

pub async fn of_task(db: &Database, scope: &Scope, task: &str) -> Result<Vec<Run>> {
    let runs = executions::table
        .scoped(scope)
        .inner_join(episodes::table.scoped(scope).inner_join(agents::table.scoped(scope)))
        .filter(episodes::task_id.eq(task))
        .order((executions::created_at.desc(), executions::id.desc()))
        .limit(20)
        .select((agents::name, executions::status, executions::output, executions::created_at));
    on!(db, pools => pools.tenants.load(scope, runs).await)
}

/// Executions by day, from `since` on.
pub async fn by_day(db: &Database, scope: &Scope, since: i64) -> Result<Vec<(i64, i64)>> {
    let days = usage::table
        .scoped(scope)
        .filter(usage::day.ge(since))
        .order(usage::day)
        .select((usage::day, usage::executions));
    on!(db, pools => pools.tenants.load(scope, days).await)
}

/// What the dashboard shows: agents, open tasks, executions in all.
pub async fn totals(db: &Database, scope: &Scope) -> Result<(i64, i64, i64)> {
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let agents: i64 = agents::table.scoped(scope).count().get_result(tx).await?;
        let open: i64 = tasks::table.scoped(scope).filter(tasks::status.ne("done")).count().get_result(tx).await?;
        // As the usage has counted them: those of tasks that are not there any more as well.
        let days: Vec<i64> = usage::table.scoped(scope).select(usage::executions).load(tx).await?;
        Ok::<_, PoolError>((agents, open, days.iter().sum()))
    }).await)
}
