//! The work itself. Each job bears being done twice.

use object_store::WriteMultipart;
use serde_json::{Value, json};

use super::{Failure, Job};
use crate::model::{Scope, files, runs, work};
use crate::web::App;

pub(super) async fn run(app: &App, scope: &Scope, job: Job) -> Result<(), Failure> {
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
            let file = app.files.write(scope, ["exports", &export]).await.map_err(refused)?;
            let mut lines = Lines { file, size: 0 };
            if let Err(error) = write(app, scope, &mut lines).await {
                // What is half written is kept by nobody.
                lines.file.abort().await?;
                return Err(error);
            }
            lines.file.finish().await?;
            files::finish_export(&app.db, scope, &export, i64::try_from(lines.size)?).await?;
            app.happened(scope, "The export", "is ready").await.map_err(refused)?;
        }
    }
    Ok(())
}

pub(super) fn refused(problem: tenancy_axum::Problem) -> String {
    format!("answered {}", problem.status())
}

/// An export on its way into the store.
struct Lines {
    file: WriteMultipart,
    size: usize,
}

impl Lines {
    async fn add(&mut self, line: &Value) -> Result<(), Failure> {
        let line = format!("{line}\n");
        self.size += line.len();
        // A store that is slower than the database is waited for.
        self.file.wait_for_capacity(4).await?;
        self.file.write(line.as_bytes());
        Ok(())
    }
}

/// All of the organisation's, one object a line, page by page: what is added meanwhile may be in it.
async fn write(app: &App, scope: &Scope, lines: &mut Lines) -> Result<(), Failure> {
    for agent in work::agents(&app.db, scope).await? {
        lines.add(&json!({ "agent": agent })).await?;
    }
    for project in work::projects(&app.db, scope).await? {
        lines.add(&json!({ "project": { "id": project.id, "name": project.name } })).await?;
    }
    let mut from = work::TaskFilter::default();
    loop {
        // A page of them is in memory at once.
        let page = work::tasks(&app.db, scope, &from).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        from.after = Some(last.id.clone());
        for (task, project) in page {
            lines.add(&json!({ "task": task, "in": project })).await?;
        }
    }
}
