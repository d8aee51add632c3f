//! Agents and their canvases.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tenancy_axum::Problem;

use super::layout::{Place, empty, field, mistake, page};
use super::made::{Made, form_id, is_new};
use super::org::Org;
use super::{App, found};
use crate::model::{mistake_in_name, work};

#[derive(Default, Deserialize, utoipa::ToSchema)]
pub struct AgentForm {
    name: String,
    #[serde(default)]
    instructions: String,
}

fn form(action: &str, form: &AgentForm, button: &str) -> Markup {
    html! {
        form.card method="post" action=(action) {
            (form_id())
            (field("name", "Name", "text", &form.name, "off"))
            label for="instructions" { "Instructions" }
            textarea id="instructions" name="instructions" dir="auto" { (form.instructions) }
            button { (button) }
        }
    }
}

async fn list_page(app: &App, org: &Org, typed: &AgentForm, wrong: Option<&str>) -> Result<Markup, Problem> {
    let agents = work::agents(&app.db, org.scope()).await?;
    Ok(page(
        "Agents",
        &Place::In(org, "/agents"),
        html! {
            @if agents.is_empty() { (empty("No agent yet. Make one below: it works on tasks for you.")) }
            ul.list {
                @for agent in &agents {
                    li { a dir="auto" href=(org.to(&format!("/agents/{}", agent.id))) { (agent.name) } }
                }
            }
            h2 { "A new agent" }
            (mistake(wrong))
            (form(&org.to("/agents"), typed, "Make the agent"))
        },
    ))
}

#[utoipa::path(get, path = "/agents", responses((status = 200)))]
pub async fn list(State(app): State<Arc<App>>, org: Org) -> Result<Markup, Problem> {
    list_page(&app, &org, &AgentForm::default(), None).await
}

#[utoipa::path(post, path = "/agents", responses((status = 303)),
    request_body(content = AgentForm, content_type = "application/x-www-form-urlencoded"))]
pub async fn add(
    State(app): State<Arc<App>>,
    org: Org,
    Made(id): Made,
    Form(new): Form<AgentForm>,
) -> Result<Response, Problem> {
    if let Some(wrong) = mistake_in_name(&new.name) {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, list_page(&app, &org, &new, Some(wrong)).await?)
            .into_response());
    }
    let plan = org.standing().plan;
    let name = new.name.trim();
    let made = work::add_agent(&app.db, org.scope(), plan, &id, name, &new.instructions).await;
    if let Ok(None) = made {
        let wrong =
            format!("The {} plan has {} agents, and they are all there.", plan.as_str(), plan.agents());
        return Ok((StatusCode::FORBIDDEN, list_page(&app, &org, &new, Some(&wrong)).await?).into_response());
    }
    if is_new(made)? {
        app.happened(org.scope(), &org.user.name, &format!("made the agent {name}")).await?;
    }
    Ok(Redirect::to(&org.to(&format!("/agents/{id}"))).into_response())
}

async fn agent_page(
    app: &App,
    org: &Org,
    id: &str,
    typed: Option<&AgentForm>,
    canvas: &str,
    wrong: Option<&str>,
) -> Result<Markup, Problem> {
    let agent = work::agent(&app.db, org.scope(), id).await?;
    let canvases = work::canvases(&app.db, org.scope(), id).await?;
    let there = AgentForm { name: agent.name.clone(), instructions: agent.instructions };
    Ok(page(
        &agent.name,
        &Place::In(org, "/agents"),
        html! {
            (mistake(wrong))
            (form(&org.to(&format!("/agents/{id}")), typed.unwrap_or(&there), "Save"))
            h2 { "Canvases" }
            @if canvases.is_empty() { (empty("No canvas yet.")) }
            ul.list { @for title in &canvases { li dir="auto" { (title) } } }
            form.card method="post" action=(org.to(&format!("/agents/{id}/canvases"))) {
                (form_id())
                (field("title", "A new canvas", "text", canvas, "off"))
                button { "Add the canvas" }
            }
        },
    ))
}

#[utoipa::path(get, path = "/agents/{agent_id}", responses((status = 200)))]
pub async fn show(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Markup, Problem> {
    agent_page(&app, &org, &id, None, "", None).await
}

#[utoipa::path(post, path = "/agents/{agent_id}", responses((status = 303)),
    request_body(content = AgentForm, content_type = "application/x-www-form-urlencoded"))]
pub async fn change(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
    Form(new): Form<AgentForm>,
) -> Result<Response, Problem> {
    if let Some(wrong) = mistake_in_name(&new.name) {
        let again = agent_page(&app, &org, &id, Some(&new), "", Some(wrong)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    found(work::change_agent(&app.db, org.scope(), &id, new.name.trim(), &new.instructions).await?)?;
    Ok(Redirect::to(&org.to(&format!("/agents/{id}"))).into_response())
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Canvas {
    title: String,
}

#[utoipa::path(post, path = "/agents/{agent_id}/canvases", responses((status = 303)),
    request_body(content = Canvas, content_type = "application/x-www-form-urlencoded"))]
pub async fn add_canvas(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, id)): Path<(String, String)>,
    Made(canvas_id): Made,
    Form(canvas): Form<Canvas>,
) -> Result<Response, Problem> {
    if let Some(wrong) = mistake_in_name(&canvas.title) {
        let again = agent_page(&app, &org, &id, None, &canvas.title, Some(wrong)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    // Whether it is there is asked first: the key's violation would be answered otherwise than 404.
    work::agent(&app.db, org.scope(), &id).await?;
    is_new(work::add_canvas(&app.db, org.scope(), &canvas_id, &id, canvas.title.trim()).await)?;
    Ok(Redirect::to(&org.to(&format!("/agents/{id}"))).into_response())
}
