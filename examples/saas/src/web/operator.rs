//! The operator's console: all tenants, each time for a reason that is in the audit trail.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;
use tenancy_axum::Problem;
use tenancy_diesel::{CrossTenant, CrossTenantError};

use super::App;
use super::layout::{Place, choice, empty, field, moment, page};
use super::made::{Made, form_id};
use super::session::User;
use crate::clock;
use crate::jobs::queue;
use crate::model::operator;
use crate::{audit, database};

/// Whoever is not one of ours is told that there is no such page.
async fn across(app: &App, user: &User, reason: &str) -> Result<CrossTenant, Problem> {
    app.authority.cross_tenant(user.id.as_str(), reason).await.map_err(|error| match error {
        CrossTenantError::Denied => Problem::not_found(),
        CrossTenantError::EmptyReason(_) => {
            Problem::unprocessable("say why: the organisation and the audit trail have it")
        }
        CrossTenantError::Membership(error) => error.into(),
        other => Problem::internal(&other),
    })
}

#[utoipa::path(get, path = "/operator", responses((status = 200)))]
pub async fn tenants(State(app): State<Arc<App>>, user: User) -> Result<Markup, Problem> {
    let across = across(&app, &user, "the operator's list of tenants").await?;
    let mut tenants = Vec::new();
    for tenant in operator::tenants(&app.db, &across).await? {
        let place = database::place(&app.db, tenant.id).await.map_err(|error| Problem::internal(&error))?;
        tenants.push((tenant, place));
    }
    Ok(page(
        "Tenants",
        &Place::House(&user),
        html! {
            p { a href="/operator/audit" { "Audit trail" } " · " a href="/operator/jobs" { "Jobs that failed" } " · " a href="/operator/inspection" { "Inspection of the wall" } }
            @for (tenant, place) in &tenants {
                section.card {
                    h2 dir="auto" { (tenant.name) }
                    p {
                        span.tag { (tenant.status) } " " span.tag { (tenant.plan) } " " span.tag { (place) } " "
                        bdi { (tenant.members) " members, " (tenant.executions) " executions" } " " small { bdi { (tenant.id) } }
                    }
                    form.row method="post" action={ "/operator/tenants/" (tenant.id) } {
                        div { (choice("status", "Status", [("active", "active"), ("suspended", "suspended")], &tenant.status)) }
                        div { (choice("plan", "Plan", [("free", "free"), ("studio", "studio")], &tenant.plan)) }
                        div { (field("reason", "Why", "text", "", "off")) }
                        button { "Save" }
                    }
                    form.row method="post" action={ "/operator/tenants/" (tenant.id) "/support" } {
                        (form_id())
                        div { (field("reason", "Look at it as support for an hour, because", "text", "", "off")) }
                        button { "Go in" }
                    }
                }
            }
        },
    ))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Change {
    status: String,
    plan: String,
    reason: String,
}

#[utoipa::path(post, path = "/operator/tenants/{tenant_id}", responses((status = 303)),
    request_body(content = Change, content_type = "application/x-www-form-urlencoded"))]
pub async fn change(
    State(app): State<Arc<App>>,
    user: User,
    Path(tenant): Path<String>,
    Form(change): Form<Change>,
) -> Result<Redirect, Problem> {
    let across = across(&app, &user, &change.reason).await?;
    let is_known = ["active", "suspended"].contains(&change.status.as_str());
    if !is_known {
        return Err(Problem::unprocessable("a tenant is active or suspended"));
    }
    let plan = crate::policy::Plan::of(&change.plan).as_str();
    let tenant = tenant.parse().map_err(|_| Problem::not_found())?;
    super::found(operator::change(&app.db, &across, tenant, &change.status, plan, &change.reason).await?)?;
    app.left();
    Ok(Redirect::to("/operator"))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Support {
    reason: String,
}

/// Lets one of ours into one tenant, to read, for an hour. The tenant's own log says who and why.
#[utoipa::path(post, path = "/operator/tenants/{tenant_id}/support", responses((status = 303)),
    request_body(content = Support, content_type = "application/x-www-form-urlencoded"))]
pub async fn support(
    State(app): State<Arc<App>>,
    user: User,
    Path(tenant): Path<String>,
    Made(id): Made,
    Form(support): Form<Support>,
) -> Result<Redirect, Problem> {
    let across = across(&app, &user, &support.reason).await?;
    let tenant = tenant.parse().map_err(|_| Problem::not_found())?;
    let until = clock::now() + 60 * 60;
    let slug = operator::let_in(&app.db, &across, tenant, &id, &user, until, &support.reason).await?;
    Ok(Redirect::to(&format!("/o/{slug}")))
}

#[utoipa::path(get, path = "/operator/jobs", responses((status = 200)))]
pub async fn jobs(State(app): State<Arc<App>>, user: User) -> Result<Markup, Problem> {
    let across = across(&app, &user, "the operator's look at jobs that failed").await?;
    let dead = queue::dead(&app.db, &across, 200).await?;
    Ok(page(
        "Jobs that failed",
        &Place::House(&user),
        html! {
            p { a href="/operator" { "Tenants" } }
            @if dead.is_empty() { (empty("No job has failed for good.")) }
            @for job in &dead {
                section.card {
                    p { "Of tenant " bdi { (job.tenant) } ", tried " (queue::ATTEMPTS) " times." }
                    pre { @if job.error.is_empty() { "Whoever was at it ended each time." } @else { (job.error) } }
                    form.row method="post" action={ "/operator/tenants/" (job.tenant) "/jobs/" (job.id) } {
                        div { (field("reason", "Try it again, because", "text", "", "off")) }
                        button { "Try again" }
                    }
                }
            }
        },
    ))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Again {
    reason: String,
}

#[utoipa::path(post, path = "/operator/tenants/{tenant_id}/jobs/{job_id}", responses((status = 303)),
    request_body(content = Again, content_type = "application/x-www-form-urlencoded"))]
pub async fn again(
    State(app): State<Arc<App>>,
    user: User,
    Path((tenant, job)): Path<(String, String)>,
    Form(again): Form<Again>,
) -> Result<Redirect, Problem> {
    let across = across(&app, &user, &again.reason).await?;
    let tenant = tenant.parse().map_err(|_| Problem::not_found())?;
    // One that is not there any more was tried again already: the list shows what is left.
    queue::again(&app.db, &across, tenant, &job).await?;
    app.work.notify_one();
    Ok(Redirect::to("/operator/jobs"))
}

#[utoipa::path(get, path = "/operator/audit", responses((status = 200)))]
pub async fn audit(State(app): State<Arc<App>>, user: User) -> Result<Markup, Problem> {
    let _across = across(&app, &user, "the operator's look at the audit trail").await?;
    app.audit.write(&app.db).await?;
    let entries = audit::last(&app.db, 200).await?;
    Ok(page(
        "Audit trail",
        &Place::House(&user),
        html! {
            p { a href="/operator" { "Tenants" } }
            @if entries.is_empty() { (empty("Nothing was refused, and nobody went across tenants.")) }
            ul.list {
                @for entry in &entries {
                    li { small { (moment(entry.created_at)) } " " strong { (entry.what) } " " bdi { (entry.who) } " " bdi { (entry.tenant) } " " bdi { (entry.reason) } }
                }
            }
        },
    ))
}

#[utoipa::path(get, path = "/operator/inspection", responses((status = 200)))]
pub async fn inspection(State(app): State<Arc<App>>, user: User) -> Result<Markup, Problem> {
    let _across = across(&app, &user, "the operator's inspection of the wall").await?;
    let report = database::inspection(&app.db).await.map_err(|error| Problem::internal(&*error))?;
    Ok(page(
        "Inspection of the wall",
        &Place::House(&user),
        html! {
            p { a href="/operator" { "Tenants" } }
            pre.card { (report) }
        },
    ))
}
