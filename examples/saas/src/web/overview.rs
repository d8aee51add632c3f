//! An organisation's first page: figures from a cache, and what happened, live where a browser has scripts.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::Method;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _};
use maud::{Markup, html};
use tenancy_axum::Problem;
use tenancy_axum::live::Watch;
use tenancy_diesel::{Admitted, TenantId};

use super::App;
use super::layout::{Place, empty, moment, page};
use super::org::Org;
use crate::model;
use crate::model::membership::Standing;

#[utoipa::path(get, path = "", responses((status = 200)))]
pub async fn show(State(app): State<Arc<App>>, org: Org) -> Result<Markup, Problem> {
    let (agents, open, executions) = app.totals(org.scope()).await?;
    let log = model::log(&app.db, org.scope(), 10).await?;
    let settings = app.settings.of(org.scope()).await?;
    Ok(page(
        "Overview",
        &Place::In(&org, ""),
        html! {
            @if !settings.greeting.is_empty() { p dir="auto" { (settings.greeting) } }
            ul.figures {
                li { b { (agents) } "of " (org.standing().plan.agents()) " agents" }
                li { b { (open) } "tasks to do" }
                li { b { (executions) } "executions" }
            }
            h2 { "What happened" }
            @if log.is_empty() { (empty("Nothing yet. Give a task to an agent, and it shows here.")) }
            ul.list data-feed=(org.to("/feed")) {
                @for line in &log {
                    li { bdi { (line.who) } " " bdi { (line.what) } " " small { (moment(line.created_at)) } }
                }
            }
        },
    ))
}

/// What happens from now on. It ends when the membership does, when the organisation is suspended, and when whoever listens is less there than before: the
/// browser then asks anew.
#[utoipa::path(get, path = "/feed", responses((status = 200, content_type = "text/event-stream")))]
pub async fn feed(
    State(app): State<Arc<App>>,
    org: Org,
    watch: Watch,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let role = org.standing().role;
    let watch = watch.only_while(move |now: &Admitted<TenantId, Standing>| {
        now.details().may(&Method::GET).is_ok() && now.details().role >= role
    });
    let happens = app.topics.subscribe(org.scope(), ["activity"])?;
    let events = watch.guard(happens.into_stream()).map(|line| Ok(Event::default().data(line)));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
