//! The organisations of whoever is signed in: by one query over all of them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use tenancy_axum::Problem;
use tenancy_diesel::AdmitError;

use super::App;
use super::layout::{Place, empty, page};
use super::session::User;
use crate::model::people;

#[utoipa::path(get, path = "/", responses((status = 303)))]
pub async fn home() -> Redirect {
    Redirect::to("/organisations")
}

#[utoipa::path(get, path = "/organisations", responses((status = 200)))]
pub async fn choose(State(app): State<Arc<App>>, user: User) -> Result<Markup, Problem> {
    let theirs = match app.authority.admit_all(&user.id).await {
        Ok(set) => people::organisations_of(&app.db, &set).await?,
        // Nobody's member yet.
        Err(AdmitError::Denied) => Vec::new(),
        Err(error) => return Err(Problem::internal(&error)),
    };
    Ok(page(
        "Your organisations",
        &Place::House(&user),
        html! {
            @if theirs.is_empty() {
                (empty("You belong to no organisation yet. Whoever invites you sends you a link."))
            }
            ul.list {
                @for organisation in &theirs {
                    li {
                        a dir="auto" href={ "/o/" (organisation.slug) } { (organisation.name) }
                        " " span.tag { (organisation.plan) }
                        @if organisation.status != "active" { " " span.tag { (organisation.status) } }
                    }
                }
            }
        },
    ))
}
