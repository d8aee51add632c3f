//! The work: agents with their canvases, projects, tasks.

use tenancy_diesel::{delete, insert_into, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use super::{LONGEST_NAME, Result, Scope, counting};
use crate::clock;
use crate::database::{Database, on};
use crate::policy::Plan;
use crate::schema::{agents, canvases, projects, tasks};

#[derive(Clone, Queryable, Selectable, serde::Serialize, utoipa::ToSchema)]
#[diesel(table_name = agents)]
pub struct Agent {
    pub id: String,
    pub name: String,
    pub instructions: String,
}

pub async fn agents(db: &Database, scope: &Scope) -> Result<Vec<Agent>> {
    let all = agents::table.scoped(scope).order((agents::name, agents::id));
    on!(db, pools => pools.tenants.load(scope, all.select(Agent::as_select())).await)
}

pub async fn agent(db: &Database, scope: &Scope, id: &str) -> Result<Agent> {
    let one = agents::table.scoped(scope).filter(agents::id.eq(id));
    on!(db, pools => pools.tenants.first(scope, one.select(Agent::as_select())).await)
}

/// Makes an agent. `None` where the plan has no more: counted in the transaction that adds it, one at a time.
pub async fn add_agent(
    db: &Database,
    scope: &Scope,
    plan: Plan,
    id: &str,
    name: &str,
    instructions: &str,
) -> Result<Option<()>> {
    let row = (
        agents::id.eq(id),
        agents::name.eq(name),
        agents::instructions.eq(instructions),
        agents::created_at.eq(clock::now()),
    );
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        counting!(scope).execute(tx).await?;
        insert_into(agents::table.scoped(scope)).values(&row).execute(tx).await?;
        let there: i64 = agents::table.scoped(scope).count().get_result(tx).await?;
        if there > plan.agents() {
            // What was inserted goes with the transaction.
            return Err(PoolError::from(diesel::result::Error::RollbackTransaction));
        }
        Ok(())
    }).await)
    .map(Some)
    .or_else(|error: PoolError| match error {
        PoolError::Query(diesel::result::Error::RollbackTransaction) => Ok(None),
        other => Err(other),
    })
}

pub async fn change_agent(
    db: &Database,
    scope: &Scope,
    id: &str,
    name: &str,
    instructions: &str,
) -> Result<usize> {
    let one = agents::table.scoped(scope).filter(agents::id.eq(id));
    let changed = update(one).set((agents::name.eq(name), agents::instructions.eq(instructions)));
    on!(db, pools => pools.tenants.execute(scope, changed).await)
}

/// The titles of an agent's canvases.
pub async fn canvases(db: &Database, scope: &Scope, agent: &str) -> Result<Vec<String>> {
    let all = canvases::table.scoped(scope).filter(canvases::agent_id.eq(agent));
    on!(db, pools => pools.tenants.load(scope, all.order(canvases::id).select(canvases::title)).await)
}

/// Adds a canvas. Another tenant's agent is none: the key says so.
pub async fn add_canvas(db: &Database, scope: &Scope, id: &str, agent: &str, title: &str) -> Result<()> {
    let row = (canvases::id.eq(id), canvases::agent_id.eq(agent), canvases::title.eq(title));
    on!(db, pools => pools.tenants.execute(scope, insert_into(canvases::table.scoped(scope)).values(row)).await).map(drop)
}

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = projects)]
pub struct Project {
    pub id: String,
    pub name: String,
}

pub async fn projects(db: &Database, scope: &Scope) -> Result<Vec<Project>> {
    let all = projects::table.scoped(scope).order((projects::name, projects::id));
    on!(db, pools => pools.tenants.load(scope, all.select(Project::as_select())).await)
}

pub async fn project(db: &Database, scope: &Scope, id: &str) -> Result<Project> {
    let one = projects::table.scoped(scope).filter(projects::id.eq(id));
    on!(db, pools => pools.tenants.first(scope, one.select(Project::as_select())).await)
}

pub async fn add_project(db: &Database, scope: &Scope, id: &str, name: &str) -> Result<()> {
    let row = (projects::id.eq(id), projects::name.eq(name), projects::created_at.eq(clock::now()));
    on!(db, pools => pools.tenants.execute(scope, insert_into(projects::table.scoped(scope)).values(row)).await).map(drop)
}

#[derive(Clone, Queryable, Selectable, serde::Serialize, utoipa::ToSchema)]
#[diesel(table_name = tasks)]
pub struct Task {
    pub id: String,
    pub project_id: String,
    pub parent_id: Option<String>,
    pub assignee_id: Option<String>,
    pub title: String,
    pub notes: String,
    pub status: String,
}

/// What is written of a task. There is no tenant in it.
#[derive(Clone, Default, AsChangeset, Insertable, serde::Deserialize, utoipa::ToSchema)]
#[diesel(table_name = tasks, treat_none_as_null = true)]
pub struct TaskForm {
    pub title: String,
    #[serde(default)]
    pub notes: String,
    #[serde(default = "open")]
    pub status: String,
    #[serde(default, deserialize_with = "filled")]
    pub assignee_id: Option<String>,
    #[serde(default, deserialize_with = "filled")]
    pub parent_id: Option<String>,
}

/// What a task can be.
pub const STATUSES: [&str; 3] = ["open", "doing", "done"];

fn open() -> String {
    STATUSES[0].to_owned()
}

/// A field that a form sends empty is none.
fn filled<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = serde::Deserialize::deserialize(from)?;
    Ok(text.filter(|text| !text.is_empty()))
}

impl TaskForm {
    /// What is wrong with it, in words for whoever typed it.
    #[must_use]
    pub fn mistake(&self) -> Option<&'static str> {
        if self.title.trim().is_empty() {
            return Some("Give the task a title.");
        }
        if self.title.trim().chars().count() > LONGEST_NAME {
            return Some("The title is longer than 200 letters.");
        }
        (!STATUSES.contains(&self.status.as_str())).then_some("A task is open, doing or done.")
    }
}

/// Which tasks are listed.
#[derive(Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TaskFilter {
    /// Somebody's.
    #[serde(default, deserialize_with = "filled")]
    pub assignee_id: Option<String>,
    /// Of this status.
    #[serde(default, deserialize_with = "filled")]
    pub status: Option<String>,
    /// Of this project.
    #[serde(default, deserialize_with = "filled")]
    pub project_id: Option<String>,
    /// Behind the one of this id, where the list went on.
    #[serde(default, deserialize_with = "filled")]
    pub after: Option<String>,
}

/// So many tasks are on a page.
pub const PAGE: u8 = 100;

/// The tasks, with the names of their projects: as many as are on a page.
pub async fn tasks(db: &Database, scope: &Scope, filter: &TaskFilter) -> Result<Vec<(Task, String)>> {
    on!(db, pools => {
        let mut all = tasks::table.scoped(scope).inner_join(projects::table.scoped(scope))
            .order(tasks::id).limit(i64::from(PAGE)).select((Task::as_select(), projects::name)).into_boxed();
        if let Some(assignee) = &filter.assignee_id { all = all.filter(tasks::assignee_id.eq(assignee)); }
        if let Some(status) = &filter.status { all = all.filter(tasks::status.eq(status)); }
        if let Some(project) = &filter.project_id { all = all.filter(tasks::project_id.eq(project)); }
        if let Some(after) = &filter.after { all = all.filter(tasks::id.gt(after)); }
        pools.tenants.load(scope, all).await
    })
}

pub async fn task(db: &Database, scope: &Scope, id: &str) -> Result<Task> {
    let one = tasks::table.scoped(scope).filter(tasks::id.eq(id));
    on!(db, pools => pools.tenants.first(scope, one.select(Task::as_select())).await)
}

pub async fn parts_of(db: &Database, scope: &Scope, id: &str) -> Result<Vec<Task>> {
    let parts = tasks::table.scoped(scope).filter(tasks::parent_id.eq(id)).order(tasks::id);
    on!(db, pools => pools.tenants.load(scope, parts.select(Task::as_select())).await)
}

pub async fn add_task(db: &Database, scope: &Scope, id: &str, project: &str, form: &TaskForm) -> Result<()> {
    let row = (form, tasks::id.eq(id), tasks::project_id.eq(project), tasks::created_at.eq(clock::now()));
    on!(db, pools => pools.tenants.execute(scope, insert_into(tasks::table.scoped(scope)).values(row)).await)
        .map(drop)
}

/// Another tenant's task is changed as little as one that is not there: no rows.
pub async fn change_task(db: &Database, scope: &Scope, id: &str, form: &TaskForm) -> Result<usize> {
    let one = tasks::table.scoped(scope).filter(tasks::id.eq(id));
    on!(db, pools => pools.tenants.execute(scope, update(one).set(form)).await)
}

pub async fn remove_task(db: &Database, scope: &Scope, id: &str) -> Result<usize> {
    let one = tasks::table.scoped(scope).filter(tasks::id.eq(id));
    on!(db, pools => pools.tenants.execute(scope, delete(one)).await)
}
