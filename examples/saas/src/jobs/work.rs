//! The work itself. Each job bears being done twice.

use std::error::Error;
use std::fmt::Write as _;

use serde_json::json;

use super::Job;
use crate::model::work::TaskFilter;
use crate::model::{Scope, files, runs, work};
use crate::web::App;

pub(super) async fn run(app: &App, scope: &Scope, job: Job) -> Result<(), Box<dyn Error + Send + Sync>> {
    match job {
        Job::Execute { execution } => {
            let (agent, instructions, task) = runs::subject(&app.db, scope, &execution).await?;
            // Yours asks a model here. This one says what it would do.
            let output = format!("I looked at “{task}”.\nMy instructions: {instructions}");
            if runs::finish(&app.db, scope, &execution, &output).await? == 1 {
                app.happened(scope, &agent, &format!("is done with {task}")).await.map_err(refused)?;
            }
        }
        Job::Export { export } => {
            let lines = lines(app, scope).await?;
            let size = i64::try_from(lines.len())?;
            app.store_bytes(scope, ["exports", &export], lines.into()).await.map_err(refused)?;
            files::finish_export(&app.db, scope, &export, size).await?;
            app.happened(scope, "The export", "is ready").await.map_err(refused)?;
        }
    }
    Ok(())
}

fn refused(problem: tenancy_axum::Problem) -> String {
    format!("answered {}", problem.status())
}

async fn lines(app: &App, scope: &Scope) -> Result<String, Box<dyn Error + Send + Sync>> {
    let mut lines = String::new();
    for agent in work::agents(&app.db, scope).await? {
        writeln!(lines, "{}", json!({ "agent": agent }))?;
    }
    for project in work::projects(&app.db, scope).await? {
        writeln!(lines, "{}", json!({ "project": { "id": project.id, "name": project.name } }))?;
    }
    for (task, project) in work::tasks(&app.db, scope, &TaskFilter::default()).await? {
        writeln!(lines, "{}", json!({ "task": task, "in": project }))?;
    }
    Ok(lines)
}
