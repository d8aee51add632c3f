//! The other end of an invitation. A link claims an organisation; what is in it is checked as a membership is.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tenancy_axum::Problem;
use tenancy_diesel::{AdmitError, Claimed};
use tower_sessions::Session;

use super::App;
use super::layout::{Place, field, mistake, page};
use super::session::{self, User};
use super::sign_in::account_of;
use crate::model::accounts::Account;
use crate::model::membership::INVITATION;
use crate::model::people::{Invitation, Organisation};
use crate::model::{Scope, accounts, mistake_in_name, people};
use crate::password;

/// The scope of an invitation: its organisation's, for whoever has the link. `None` where it is not good, which an outage does not say.
async fn opened(app: &App, token: &str) -> Result<Option<(Scope, String)>, Problem> {
    let hash = people::token_hash(token);
    let Some(tenant) = app.authority.membership().invited(&hash).await? else { return Ok(None) };
    let principal = format!("{INVITATION}{hash}");
    match app.authority.admit(&principal, Claimed::new(tenant)).await {
        Ok(scope) => Ok(Some((scope, hash))),
        Err(AdmitError::Denied) => Ok(None),
        Err(AdmitError::Membership(error)) => Err(error.into()),
        Err(other) => Err(Problem::internal(&other)),
    }
}

fn gone() -> Response {
    let words = html! {
        p { "This invitation was used already, or it is older than a week." }
        p { "If it was you, " a href="/organisations" { "go to your organisations" } ". If not, ask whoever sent it for another." }
    };
    (StatusCode::NOT_FOUND, page("This link is not good any more", &Place::Outside, words)).into_response()
}

fn invitation_page(
    token: &str,
    (invitation, organisation): &(Invitation, Organisation),
    user: Option<&User>,
    name: &str,
    wrong: Option<&str>,
) -> Markup {
    let title = format!("Join {}", organisation.name);
    page(
        &title,
        &user.map_or(Place::Outside, Place::House),
        html! {
            p { "You are invited as " strong { (invitation.role) } ", by the address " strong { bdi dir="ltr" { (invitation.email) } } "." }
            (mistake(wrong))
            @if user.is_some() {
                form.card method="post" { button { "Join" } }
            } @else {
                form.card method="post" {
                    // Also for programs that keep passwords.
                    input type="hidden" name="email" value=(invitation.email) autocomplete="username";
                    (field("name", "Your name", "text", name, "name"))
                    label for="password" { "A password of twelve letters or more" }
                    input id="password" name="password" type="password" autocomplete="new-password" minlength="12" required;
                    button { "Make an account and join" }
                }
                p { "You have an account? " a href={ "/sign-in?next=/invitations/" (token) } { "Sign in" } " and come back." }
            }
        },
    )
}

#[utoipa::path(get, path = "/invitations/{token}", responses((status = 200)))]
pub async fn show(
    State(app): State<Arc<App>>,
    session: Session,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let Some((scope, hash)) = opened(&app, &token).await? else { return Ok(gone()) };
    let invitation = people::invitation(&app.db, &scope, &hash).await?;
    let user = session::user(&session).await?;
    Ok(invitation_page(&token, &invitation, user.as_ref(), "", None).into_response())
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Join {
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

#[utoipa::path(post, path = "/invitations/{token}", responses((status = 303)),
    request_body(content = Join, content_type = "application/x-www-form-urlencoded"))]
pub async fn join(
    State(app): State<Arc<App>>,
    session: Session,
    Path(token): Path<String>,
    Form(form): Form<Join>,
) -> Result<Response, Problem> {
    let Some((scope, hash)) = opened(&app, &token).await? else {
        return joined_before(&app, &session, &token, form).await;
    };
    let invitation = people::invitation(&app.db, &scope, &hash).await?;
    let user = session::user(&session).await?;
    let again = |wrong| {
        let page = invitation_page(&token, &invitation, user.as_ref(), &form.name, Some(wrong));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let account = match &user {
        Some(user) if user.email != invitation.0.email => {
            return again(
                "This invitation is for another address than yours. Sign out, and open the link again.",
            );
        }
        Some(user) => accounts::find(&app.db, &user.id).await?.ok_or(Problem::not_found())?,
        None => match created(&app, &invitation.0.email, &form).await? {
            Ok(account) => account,
            Err(wrong) => return again(wrong),
        },
    };
    match people::accept(&app.db, &scope, &hash, &account).await.map_err(Problem::from) {
        Ok(true) => {}
        Ok(false) => return joined_before(&app, &session, &token, form).await,
        // A member already, by another invitation.
        Err(is_in) if is_in.status() == StatusCode::CONFLICT => {
            return joined_before(&app, &session, &token, form).await;
        }
        Err(other) => return Err(other),
    }
    session::sign_in(&session, &account).await?;
    app.happened(&scope, &account.name, "joined by an invitation").await?;
    Ok(Redirect::to(&format!("/o/{}", invitation.1.slug)).into_response())
}

/// A link that was used. Whoever joined by it, and sends the form again because no answer came, is where they belong.
async fn joined_before(app: &App, session: &Session, token: &str, form: Join) -> Result<Response, Problem> {
    let account = match session::user(session).await? {
        Some(user) => accounts::find(&app.db, &user.id).await?,
        None => account_of(app, &form.email, form.password).await?,
    };
    let tenant = app.authority.membership().invited_once(&people::token_hash(token)).await?;
    let (Some(account), Some(tenant)) = (account, tenant) else { return Ok(gone()) };
    match app.authority.admit_with_details(&account.id, Claimed::new(tenant)).await {
        Ok(member) => {
            session::sign_in(session, &account).await?;
            Ok(Redirect::to(&format!("/o/{}", member.details().slug)).into_response())
        }
        Err(AdmitError::Denied) => Ok(gone()),
        Err(AdmitError::Membership(error)) => Err(error.into()),
        Err(other) => Err(Problem::internal(&other)),
    }
}

/// An account for somebody new, or what is wrong.
async fn created(app: &App, email: &str, form: &Join) -> Result<Result<Account, &'static str>, Problem> {
    if form.name.trim().is_empty() {
        return Ok(Err("Say how you are called."));
    }
    if let Some(wrong) = mistake_in_name(&form.name) {
        return Ok(Err(wrong));
    }
    if form.password.chars().count() < 12 {
        return Ok(Err("The password has fewer than twelve letters."));
    }
    let password = form.password.clone();
    let hash = tokio::task::spawn_blocking(move || password::hash(&password).ok()).await.ok().flatten();
    let hash = hash.ok_or(Problem::unavailable(std::time::Duration::from_secs(1)))?;
    let created = accounts::create(&app.db, email, form.name.trim(), &hash).await;
    match created.map_err(Problem::from) {
        // Of who sent this form before, or of somebody else, who has another password.
        Err(taken) if taken.status() == StatusCode::CONFLICT => {
            let account = account_of(app, email, form.password.clone()).await?;
            Ok(account.ok_or("There is an account with this address: sign in, and open the link again."))
        }
        created => Ok(Ok(created?)),
    }
}
