//! Signing in and out. A form that came after the session had ended is given back.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tenancy_axum::Problem;
use tower_sessions::Session;

use super::App;
use super::layout::{Place, field, mistake, page};
use super::session;
use crate::model::accounts::{self, Account};
use crate::password;

/// Where the form goes.
pub const PATH: &str = "/sign-in";

/// A form that was not taken, and where it was meant to go.
pub struct Resume {
    pub to: String,
    pub body: String,
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    resume_to: Option<String>,
    #[serde(default)]
    resume_body: Option<String>,
}

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

pub fn sign_in_page(email: &str, wrong: Option<&str>, next: Option<&str>, resume: Option<&Resume>) -> Markup {
    page(
        "Sign in",
        &Place::Outside,
        html! {
            @if resume.is_some() {
                p.notice { "You were signed out meanwhile. Sign in, and what you typed is here again." }
            }
            (mistake(wrong))
            form.card method="post" action=(PATH) {
                (field("email", "E-mail", "email", email, "username"))
                (field("password", "Password", "password", "", "current-password"))
                @if let Some(next) = next { input type="hidden" name="next" value=(next); }
                @if let Some(resume) = resume {
                    input type="hidden" name="resume_to" value=(resume.to);
                    input type="hidden" name="resume_body" value=(resume.body);
                }
                button { "Sign in" }
            }
        },
    )
}

#[utoipa::path(get, path = "/sign-in", responses((status = 200)))]
pub async fn show(Query(Next { next }): Query<Next>) -> Markup {
    sign_in_page("", None, next.as_deref(), None)
}

#[utoipa::path(post, path = "/sign-in", responses((status = 303)),
    request_body(content = SignIn, content_type = "application/x-www-form-urlencoded"))]
pub async fn sign_in(
    State(app): State<Arc<App>>,
    session: Session,
    Form(form): Form<SignIn>,
) -> Result<Response, Problem> {
    let SignIn { email, password, next, resume_to, resume_body } = form;
    let next = next.filter(|next| is_ours(next));
    let resume = resume_to.filter(|to| is_ours(to)).zip(resume_body).map(|(to, body)| Resume { to, body });
    let Some(account) = account_of(&app, &email, password).await? else {
        let wrong = Some("There is no account with this address and password.");
        let page = sign_in_page(&email, wrong, next.as_deref(), resume.as_ref());
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    session::sign_in(&session, &account).await?;
    Ok(match resume {
        Some(resume) => given_back(&resume, &session::User::from(&account)).into_response(),
        None => Redirect::to(next.as_deref().unwrap_or("/organisations")).into_response(),
    })
}

/// Whose account it is that has this address and password.
pub async fn account_of(app: &App, email: &str, password: String) -> Result<Option<Account>, Problem> {
    let account = accounts::by_email(&app.db, email).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    Ok(if password::verify(password, hash).await { account } else { None })
}

/// What was typed, to be looked at and sent: it is sent by the person, and not by us.
fn given_back(resume: &Resume, user: &session::User) -> Markup {
    page(
        "You are signed in again",
        &Place::House(user),
        html! {
            p { "This is what you had typed. It is not saved yet." }
            form.card method="post" action=(resume.to) {
                @for (number, (name, value)) in form_urlencoded::parse(resume.body.as_bytes()).enumerate() {
                    @let id = format!("typed-{number}");
                    @if value.len() > 60 || value.contains('\n') || name == "notes" || name == "instructions" {
                        label for=(id) { (words(&name)) }
                        textarea id=(id) name=(name) dir="auto" { (value) }
                    } @else if name.ends_with("_id") {
                        input type="hidden" name=(name) value=(value);
                    } @else {
                        label for=(id) { (words(&name)) }
                        input id=(id) name=(name) value=(value) dir="auto";
                    }
                }
                button { "Save it" }
            }
        },
    )
}

/// A field's name as a label.
fn words(name: &str) -> String {
    let mut letters = name.replace('_', " ").chars().collect::<Vec<_>>();
    if let Some(first) = letters.first_mut() {
        *first = first.to_ascii_uppercase();
    }
    letters.into_iter().collect()
}

/// A path of ours, and nobody else's address: `//evil.example` is one, and so is what a browser takes for it.
fn is_ours(path: &str) -> bool {
    path.starts_with('/') && !path[1..].starts_with(['/', '\\']) && !path.contains(char::is_control)
}

#[utoipa::path(post, path = "/sign-out", responses((status = 303)))]
pub async fn sign_out(session: Session) -> Result<Redirect, Problem> {
    session::sign_out(&session).await?;
    Ok(Redirect::to("/sign-in"))
}
