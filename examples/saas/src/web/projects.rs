//! Projects, and the tasks in one.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tenancy_axum::Problem;

use super::App;
use super::layout::{Place, empty, field, mistake, page};
use super::made::{Made, form_id, is_new};
use super::org::Org;
use super::tasks::{further, known, task_fields, task_list};
use crate::model::work::{TaskFilter, TaskForm};
use crate::model::{mistake_in_name, people, work};

async fn list_page(app: &App, org: &Org, typed: &str, wrong: Option<&str>) -> Result<Markup, Problem> {
    let projects = work::projects(&app.db, org.scope()).await?;
    Ok(page(
        "Projects",
        &Place::In(org, "/projects"),
        html! {
            @if projects.is_empty() { (empty("No project yet. A project has tasks in it.")) }
            ul.list {
                @for project in &projects {
                    li { a dir="auto" href=(org.to(&format!("/projects/{}", project.id))) { (project.name) } }
                }
            }
            h2 { "A new project" }
            (mistake(wrong))
            form.card method="post" action=(org.to("/projects")) {
                (form_id())
                (field("name", "Name", "text", typed, "off"))
                button { "Make the project" }
            }
        },
    ))
}

#[utoipa::path(get, path = "/projects", responses((status = 200)))]
pub async fn list(State(app): State<Arc<App>>, org: Org) -> Result<Markup, Problem> {
    list_page(&app, &org, "", None).await
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct ProjectForm {
    name: String,
}

#[utoipa::path(post, path = "/projects", responses((status = 303)),
    request_body(content = ProjectForm, content_type = "application/x-www-form-urlencoded"))]
pub async fn add(
    State(app): State<Arc<App>>,
    org: Org,
    Made(id): Made,
    Form(new): Form<ProjectForm>,
) -> Result<Response, Problem> {
    if let Some(wrong) = mistake_in_name(&new.name) {
        let again = list_page(&app, &org, &new.name, Some(wrong)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    is_new(work::add_project(&app.db, org.scope(), &id, new.name.trim()).await)?;
    Ok(Redirect::to(&org.to(&format!("/projects/{id}"))).into_response())
}

async fn project_page(
    app: &App,
    org: &Org,
    id: &str,
    typed: &TaskForm,
    wrong: Option<&str>,
) -> Result<Markup, Problem> {
    let project = work::project(&app.db, org.scope(), id).await?;
    let filter = TaskFilter { project_id: Some(id.to_owned()), ..TaskFilter::default() };
    let tasks = work::tasks(&app.db, org.scope(), &filter).await?;
    let people = people::members(&app.db, org.scope()).await?;
    Ok(page(
        &project.name,
        &Place::In(org, "/projects"),
        html! {
            @if tasks.is_empty() { (empty("No task yet. Add the first one below.")) }
            (task_list(org, &tasks, &people))
            (further(org, &filter, &tasks))
            h2 { "A new task" }
            (mistake(wrong))
            form.card method="post" action=(org.to(&format!("/projects/{id}/tasks"))) {
                (form_id())
                (task_fields(typed, &people, tasks.iter().map(|(task, _)| task)))
                button { "Add the task" }
            }
        },
    ))
}

#[utoipa::path(get, path = "/projects/{project_id}", responses((status = 200)))]
pub async fn show(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Markup, Problem> {
    project_page(&app, &org, &id, &TaskForm::default(), None).await
}

#[utoipa::path(post, path = "/projects/{project_id}/tasks", responses((status = 303)),
    request_body(content = TaskForm, content_type = "application/x-www-form-urlencoded"))]
pub async fn add_task(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
    Made(task): Made,
    Form(new): Form<TaskForm>,
) -> Result<Response, Problem> {
    if let Some(wrong) = new.mistake() {
        let again = project_page(&app, &org, &id, &new, Some(wrong)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    work::project(&app.db, org.scope(), &id).await?;
    known(&app, &org, &new).await?;
    if is_new(work::add_task(&app.db, org.scope(), &task, &id, &new).await)? {
        app.happened(org.scope(), &org.user.name, &format!("added the task {}", new.title.trim())).await?;
    }
    Ok(Redirect::to(&org.to(&format!("/tasks/{task}"))).into_response())
}
