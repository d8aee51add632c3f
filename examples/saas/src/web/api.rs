//! Tasks as JSON, for other programs. The same session, the same scope, the same functions.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tenancy_axum::Problem;

use super::org::Org;
use super::tasks::known;
use super::{App, found};
use crate::model::new_id;
use crate::model::work::{self, Task, TaskFilter, TaskForm};

#[utoipa::path(get, path = "/api/tasks", params(TaskFilter), responses((status = 200, body = Vec<Task>)))]
pub async fn list(
    State(app): State<Arc<App>>,
    org: Org,
    Query(filter): Query<TaskFilter>,
) -> Result<Json<Vec<Task>>, Problem> {
    let tasks = work::tasks(&app.db, org.scope(), &filter).await?;
    Ok(Json(tasks.into_iter().map(|(task, _)| task).collect()))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewTask {
    project_id: String,
    title: String,
    #[serde(default)]
    notes: String,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct Created {
    id: String,
}

#[utoipa::path(post, path = "/api/tasks", request_body = NewTask, responses((status = 201, body = Created)))]
pub async fn add(
    State(app): State<Arc<App>>,
    org: Org,
    Json(new): Json<NewTask>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    let NewTask { project_id, title, notes } = new;
    let form = TaskForm { title, notes, status: "open".to_owned(), ..TaskForm::default() };
    if let Some(wrong) = form.mistake() {
        return Err(Problem::unprocessable(wrong));
    }
    work::project(&app.db, org.scope(), &project_id).await?;
    let id = new_id();
    work::add_task(&app.db, org.scope(), &id, &project_id, &form).await?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}

#[utoipa::path(get, path = "/api/tasks/{task_id}", responses((status = 200, body = Task)))]
pub async fn show(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Task>, Problem> {
    Ok(Json(work::task(&app.db, org.scope(), &id).await?))
}

#[utoipa::path(put, path = "/api/tasks/{task_id}", request_body = TaskForm, responses((status = 204)))]
pub async fn change(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
    Json(form): Json<TaskForm>,
) -> Result<StatusCode, Problem> {
    if let Some(wrong) = form.mistake() {
        return Err(Problem::unprocessable(wrong));
    }
    known(&app, &org, &form).await?;
    found(work::change_task(&app.db, org.scope(), &id, &form).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/api/tasks/{task_id}", responses((status = 204)))]
pub async fn remove(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    found(work::remove_task(&app.db, org.scope(), &id).await?)?;
    Ok(StatusCode::NO_CONTENT)
}
