//! What is read and written, and by whom. Every function takes a scope, or says in its name why it has none.

pub mod accounts;
pub mod files;
pub mod membership;
pub mod operator;
pub mod people;
pub mod places;
pub mod runs;
pub mod work;

use tenancy_diesel::insert_into;
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;
use uuid::Uuid;

use crate::clock;
use crate::database::{Database, on};
use crate::schema::{activity, settings};

pub type Scope = Scoped<TenantId>;
pub type Result<T, E = PoolError> = std::result::Result<T, E>;

/// The parts of this program that act for tenants without anybody's asking.
pub const SCHEDULER: &str = "scheduler";
pub const BILLING: &str = "billing";

#[must_use]
pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// The longest name of anything, in letters.
pub const LONGEST_NAME: usize = 200;

/// What is wrong with a name, in words for whoever typed it.
#[must_use]
pub fn mistake_in_name(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        return Some("Give it a name.");
    }
    (name.trim().chars().count() > LONGEST_NAME).then_some("The name is longer than 200 letters.")
}

/// Says in a transaction that it counts what the organisation has: another one that does so waits, on PostgreSQL as on SQLite.
macro_rules! counting {
    ($scope:expr) => {
        tenancy_diesel::update(crate::schema::organisations::table.scoped($scope))
            .set(crate::schema::organisations::plan.eq(crate::schema::organisations::plan))
    };
}
pub(crate) use counting;

/// What happened, as the organisation's log has it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = activity)]
pub struct Happened {
    pub who: String,
    pub what: String,
    pub created_at: i64,
}

/// Writes a line of the organisation's log.
pub async fn note(db: &Database, scope: &Scope, who: &str, what: &str) -> Result<()> {
    let line = (
        activity::id.eq(new_id()),
        activity::who.eq(who),
        activity::what.eq(what),
        activity::created_at.eq(clock::now()),
    );
    on!(db, pools => pools.tenants.execute(scope, insert_into(activity::table.scoped(scope)).values(line)).await).map(drop)
}

/// The last lines of the organisation's log.
pub async fn log(db: &Database, scope: &Scope, most: i64) -> Result<Vec<Happened>> {
    on!(db, pools => pools.tenants.load(scope, activity::table.scoped(scope).order(activity::id.desc()).limit(most).select(Happened::as_select())).await)
}

/// What an organisation has, as its tests read it.
pub async fn everything(db: &Database, scope: &Scope) -> Result<serde_json::Value> {
    let agents = work::agents(db, scope).await?;
    let mut canvases = Vec::new();
    for agent in &agents {
        canvases.push(work::canvases(db, scope, &agent.id).await?);
    }
    let projects = work::projects(db, scope).await?.into_iter().map(|project| (project.id, project.name));
    let tasks = work::tasks(db, scope, &work::TaskFilter::default()).await?;
    let people = people::members(db, scope).await?.into_iter().map(|person| (person.user_id, person.role));
    let invitations = people::invitations(db, scope).await?.into_iter().map(|invitation| invitation.id);
    let exports = files::exports(db, scope).await?.into_iter().map(|export| (export.id, export.status));
    let days = runs::by_day(db, scope, 0).await?;
    let overlay = settings::table.scoped(scope).select(settings::overlay);
    let settings: Vec<String> = on!(db, pools => pools.tenants.load(scope, overlay).await)?;
    let log = log(db, scope, 1000).await?.into_iter().map(|line| (line.who, line.what));
    Ok(serde_json::json!({
        "agents": agents, "canvases": canvases, "projects": projects.collect::<Vec<_>>(), "tasks": tasks,
        "people": people.collect::<Vec<_>>(), "invitations": invitations.collect::<Vec<_>>(),
        "exports": exports.collect::<Vec<_>>(), "days": days, "settings": settings, "log": log.collect::<Vec<_>>(),
    }))
}
