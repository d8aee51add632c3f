//! Tasks: listed, edited, assigned, given to an agent.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tenancy_axum::Problem;

use super::layout::{Place, choice, empty, field, mistake, moment, page};
use super::made::{Made, form_id};
use super::org::Org;
use super::{App, found};
use crate::jobs::Job;
use crate::model::people::Person;
use crate::model::work::{PAGE, STATUSES, Task, TaskFilter, TaskForm};
use crate::model::{files, people, runs, work};
use crate::policy::Action;

/// Somebody's name, by the id.
fn name_of<'a>(people: &'a [Person], id: Option<&String>) -> &'a str {
    let found = id.and_then(|id| people.iter().find(|person| person.user_id == *id));
    found.map_or("nobody", |person| &person.name)
}

/// A table of tasks; on a phone its rows are blocks.
pub fn task_list(org: &Org, tasks: &[(Task, String)], people: &[Person]) -> Markup {
    html! {
        @if !tasks.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Tasks" {
                table.stack {
                    thead { tr { th { "Task" } th { "Project" } th { "Whose" } th { "Status" } } }
                    tbody {
                        @for (task, project) in tasks {
                            tr {
                                td { a dir="auto" href=(org.to(&format!("/tasks/{}", task.id))) { (task.title) } }
                                td dir="auto" { (project) }
                                td dir="auto" { (name_of(people, task.assignee_id.as_ref())) }
                                td { span.tag { (task.status) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The way to those that are not on this page any more.
pub fn further(org: &Org, filter: &TaskFilter, tasks: &[(Task, String)]) -> Markup {
    let Some((last, _)) = tasks.get(usize::from(PAGE) - 1) else { return html! {} };
    let fields = [
        ("assignee_id", filter.assignee_id.as_deref()),
        ("status", filter.status.as_deref()),
        ("project_id", filter.project_id.as_deref()),
        ("after", Some(last.id.as_str())),
    ];
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    html! { p { a href=(org.to(&format!("/tasks?{query}"))) { "Further tasks" } } }
}

/// The fields of a task's form.
pub fn task_fields<'a>(form: &TaskForm, people: &[Person], others: impl Iterator<Item = &'a Task>) -> Markup {
    let nobody = std::iter::once(("", "nobody"));
    let people = nobody.chain(people.iter().map(|person| (person.user_id.as_str(), person.name.as_str())));
    let none =
        std::iter::once(("", "nothing")).chain(others.map(|task| (task.id.as_str(), task.title.as_str())));
    html! {
        (field("title", "Title", "text", &form.title, "off"))
        label for="notes" { "Notes" }
        textarea id="notes" name="notes" dir="auto" { (form.notes) }
        (choice("status", "Status", STATUSES.map(|status| (status, status)), &form.status))
        (choice("assignee_id", "Whose", people, form.assignee_id.as_deref().unwrap_or_default()))
        (choice("parent_id", "Part of", none, form.parent_id.as_deref().unwrap_or_default()))
    }
}

/// Whom and what a form names has to be there: another tenant's is as little there as what nobody has.
pub async fn known(app: &App, org: &Org, form: &TaskForm) -> Result<(), Problem> {
    if let Some(parent) = &form.parent_id {
        work::task(&app.db, org.scope(), parent).await?;
    }
    if let Some(assignee) = &form.assignee_id {
        let people = people::members(&app.db, org.scope()).await?;
        people.iter().find(|person| person.user_id == *assignee).ok_or(Problem::not_found())?;
    }
    Ok(())
}

#[utoipa::path(get, path = "/tasks", params(TaskFilter), responses((status = 200)))]
pub async fn list(
    State(app): State<Arc<App>>,
    org: Org,
    Query(filter): Query<TaskFilter>,
) -> Result<Markup, Problem> {
    let tasks = work::tasks(&app.db, org.scope(), &filter).await?;
    let people = people::members(&app.db, org.scope()).await?;
    let anybody = std::iter::once(("", "anybody"))
        .chain(people.iter().map(|person| (person.user_id.as_str(), person.name.as_str())));
    let any = std::iter::once(("", "any")).chain(STATUSES.map(|status| (status, status)));
    Ok(page(
        "Tasks",
        &Place::In(&org, "/tasks"),
        html! {
            form.row method="get" {
                div { (choice("assignee_id", "Whose", anybody, filter.assignee_id.as_deref().unwrap_or_default())) }
                div { (choice("status", "Status", any, filter.status.as_deref().unwrap_or_default())) }
                button { "Show" }
            }
            p {}
            @if tasks.is_empty() {
                (empty("No such task. Tasks are added in a project."))
                p { a href=(org.to("/projects")) { "To the projects" } }
            }
            (task_list(&org, &tasks, &people))
            (further(&org, &filter, &tasks))
        },
    ))
}

async fn task_page(
    app: &App,
    org: &Org,
    id: &str,
    typed: Option<&TaskForm>,
    wrong: Option<&str>,
) -> Result<Markup, Problem> {
    let (db, scope) = (&app.db, org.scope());
    let task = work::task(db, scope, id).await?;
    let (people, parts, uploads) = (
        people::members(db, scope).await?,
        work::parts_of(db, scope, id).await?,
        files::uploads_of(db, scope, id).await?,
    );
    let (agents, runs) = (work::agents(db, scope).await?, runs::of_task(db, scope, id).await?);
    let filter = TaskFilter { project_id: Some(task.project_id.clone()), ..TaskFilter::default() };
    let mut others =
        work::tasks(db, scope, &filter).await?.into_iter().map(|(task, _)| task).collect::<Vec<_>>();
    if let Some(parent) = task.parent_id.as_ref().filter(|id| others.iter().all(|other| other.id != **id)) {
        // On no page of these, it would be lost when the form is sent.
        others.push(work::task(db, scope, parent).await?);
    }
    let there = TaskForm {
        title: task.title.clone(),
        notes: task.notes.clone(),
        status: task.status.clone(),
        assignee_id: task.assignee_id.clone(),
        parent_id: task.parent_id.clone(),
    };
    let to = |path: &str| org.to(&format!("/tasks/{id}{path}"));
    Ok(page(
        &task.title,
        &Place::In(org, "/tasks"),
        html! {
            p { a href=(org.to(&format!("/projects/{}", task.project_id))) { "To the project" } }
            (mistake(wrong))
            form.card method="post" action=(to("")) {
                (task_fields(typed.unwrap_or(&there), &people, others.iter().filter(|task| task.id != id)))
                button { "Save" }
            }
            @if !parts.is_empty() {
                h2 { "Its parts" }
                ul.list { @for part in &parts { li { a dir="auto" href=(org.to(&format!("/tasks/{}", part.id))) { (part.title) } " " span.tag { (part.status) } } } }
            }
            h2 { "Agents at it" }
            @if runs.is_empty() { (empty("No agent was here yet.")) }
            ul.list {
                @for (agent, status, output, at) in &runs {
                    li {
                        strong dir="auto" { (agent) } " " span.tag { (status) } " " small { (moment(*at)) } pre dir="auto" { (output) }
                        @if status == "failed" { small { "It was tried again and again. Start it anew below." } }
                    }
                }
            }
            @if agents.is_empty() {
                p { a href=(org.to("/agents")) { "Make an agent" } " to give this task to." }
            } @else {
                form.card method="post" action=(to("/executions")) {
                    (form_id())
                    (choice("agent_id", "Give it to", agents.iter().map(|agent| (agent.id.as_str(), agent.name.as_str())), ""))
                    button { "Start" }
                }
            }
            h2 { "Files" }
            @if uploads.is_empty() { (empty("No file yet.")) }
            ul.list {
                @for upload in &uploads {
                    li { a dir="auto" href=(org.to(&format!("/uploads/{}", upload.id))) { (upload.name) } " " small { bdi { (upload.size) " bytes" } } }
                }
            }
            form.card method="post" enctype="multipart/form-data" action=(to("/uploads")) {
                (form_id())
                label for="file" { "A file of at most 2 MB" }
                input id="file" name="file" type="file" required;
                button { "Add the file" }
            }
        },
    ))
}

#[utoipa::path(get, path = "/tasks/{task_id}", responses((status = 200)))]
pub async fn show(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Markup, Problem> {
    task_page(&app, &org, &id, None, None).await
}

#[utoipa::path(post, path = "/tasks/{task_id}", responses((status = 303)),
    request_body(content = TaskForm, content_type = "application/x-www-form-urlencoded"))]
pub async fn change(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
    Form(form): Form<TaskForm>,
) -> Result<Response, Problem> {
    if let Some(wrong) = form.mistake() {
        let again = task_page(&app, &org, &id, Some(&form), Some(wrong)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    known(&app, &org, &form).await?;
    found(work::change_task(&app.db, org.scope(), &id, &form).await?)?;
    app.happened(org.scope(), &org.user.name, &format!("changed the task {}", form.title.trim())).await?;
    Ok(Redirect::to(&org.to(&format!("/tasks/{id}"))).into_response())
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Execution {
    agent_id: String,
}

/// Gives a task to an agent. The plan and the rules are asked first, and what they count is given back where this fails.
#[utoipa::path(post, path = "/tasks/{task_id}/executions", responses((status = 303), (status = 403), (status = 429)),
    request_body(content = Execution, content_type = "application/x-www-form-urlencoded"))]
pub async fn execute(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
    Made(execution): Made,
    Form(form): Form<Execution>,
) -> Result<Redirect, Problem> {
    let scope = org.scope();
    let task = work::task(&app.db, scope, &id).await?;
    let agent = work::agent(&app.db, scope, &form.agent_id).await?;
    let begun = app
        .policies
        .governance
        .act(&org.member, &Action::Execute, async {
            let job = app.seal(scope, &Job::Execute { execution: execution.clone() })?;
            Ok::<_, Problem>(runs::begin(&app.db, scope, &execution, &agent.id, &id, &job).await?)
        })
        .await;
    match begun {
        Ok(()) => {
            app.work.notify_one();
            app.happened(scope, &org.user.name, &format!("gave {} to {}", task.title, agent.name)).await?;
        }
        // The same form came before, and had what was left.
        Err(_) if runs::is_begun(&app.db, scope, &execution).await? => {}
        Err(refused) => return Err(refused.into()),
    }
    Ok(Redirect::to(&org.to(&format!("/tasks/{id}"))))
}
