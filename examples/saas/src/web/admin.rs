//! What an organisation's administrators look after: members and invitations, settings, usage, the log.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tenancy_axum::Problem;

use super::App;
use super::layout::{Place, choice, empty, field, mistake, moment, page};
use super::made::{Made, form_id, is_new};
use super::org::Org;
use crate::clock;
use crate::model::membership::Role;
use crate::model::people::Changed;
use crate::model::{self, people};
use crate::settings::OrgSettings;

fn roles() -> impl Iterator<Item = (&'static str, &'static str)> {
    Role::GIVEN.into_iter().map(|role| (role.as_str(), role.as_str()))
}

/// The role of this name, for who has this one.
fn given_role(name: &str, own: Role) -> Result<Role, Problem> {
    let role = Role::GIVEN.into_iter().find(|role| role.as_str() == name);
    role.filter(|role| *role <= own).ok_or(Problem::forbidden("nobody gives a role above their own"))
}

async fn members_page(
    app: &App,
    org: &Org,
    link: Option<&str>,
    wrong: Option<&str>,
) -> Result<Markup, Problem> {
    org.require_admin()?;
    let people = people::members(&app.db, org.scope()).await?;
    let invitations = people::invitations(&app.db, org.scope()).await?;
    Ok(page(
        "Members",
        &Place::In(org, "/members"),
        html! {
            (mistake(wrong))
            @if let Some(link) = link {
                p.notice role="status" { "Send this link to whom you invite. It is shown once, and good once, for a week." }
                p { input id="link" aria-label="The invitation's link" readonly value=(link); }
            }
            div.scroll tabindex="0" role="region" aria-label="Members" {
                table.stack {
                    thead { tr { th { "Name" } th { "E-mail" } th { "Role" } } }
                    tbody {
                        @for person in &people {
                            tr {
                                td dir="auto" { (person.name) }
                                td { bdi dir="ltr" { (person.email) } }
                                td {
                                    form method="post" action=(org.to(&format!("/members/{}", person.user_id))) {
                                        select name="role" aria-label={ "Role of " (person.name) } {
                                            @for (role, shown) in roles() { option value=(role) selected[person.role == role] { (shown) } }
                                            option value="" { "no member any more" }
                                        }
                                        button { "Save" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            h2 { "Invite somebody" }
            form.card method="post" action=(org.to("/invitations")) {
                (form_id())
                (field("email", "E-mail", "email", "", "off"))
                (choice("role", "As", roles(), "member"))
                button { "Make the link" }
            }
            h2 { "Invitations" }
            @if invitations.is_empty() { (empty("Nobody was invited yet.")) }
            ul.list {
                @for invitation in &invitations {
                    li { bdi dir="ltr" { (invitation.email) } " as " (invitation.role) " " small {
                        @match invitation.accepted_at {
                            Some(at) => { "accepted " (moment(at)) }
                            None => { "good until " (moment(invitation.expires_at)) }
                        }
                    } }
                }
            }
        },
    ))
}

#[utoipa::path(get, path = "/members", responses((status = 200)))]
pub async fn members(State(app): State<Arc<App>>, org: Org) -> Result<Markup, Problem> {
    members_page(&app, &org, None, None).await
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Invite {
    email: String,
    role: String,
}

#[utoipa::path(post, path = "/invitations", responses((status = 200)),
    request_body(content = Invite, content_type = "application/x-www-form-urlencoded"))]
pub async fn invite(
    State(app): State<Arc<App>>,
    org: Org,
    Made(id): Made,
    Form(form): Form<Invite>,
) -> Result<Response, Problem> {
    org.require_admin()?;
    let role = given_role(&form.role, org.standing().role)?;
    if !form.email.contains('@') || form.email.len() > 254 {
        let again = members_page(&app, &org, None, Some("That is no e-mail address.")).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    let token = app.invitation_token(org.scope(), &id);
    if is_new(people::invite(&app.db, org.scope(), &id, &token, &form.email, role).await)? {
        app.happened(org.scope(), &org.user.name, &format!("invited {}", form.email.trim())).await?;
    }
    let link = format!("{}/invitations/{token}", app.public_address);
    Ok(members_page(&app, &org, Some(&link), None).await?.into_response())
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct Change {
    role: String,
}

#[utoipa::path(post, path = "/members/{user_id}", responses((status = 303)),
    request_body(content = Change, content_type = "application/x-www-form-urlencoded"))]
pub async fn change(
    State(app): State<Arc<App>>,
    org: Org,
    Path((_, user)): Path<(String, String)>,
    Form(form): Form<Change>,
) -> Result<Response, Problem> {
    org.require_admin()?;
    let people = people::members(&app.db, org.scope()).await?;
    let Some(person) = people.into_iter().find(|person| person.user_id == user) else {
        // Who is let go twice is gone.
        let is_done = form.role.is_empty().then(|| Redirect::to(&org.to("/members")).into_response());
        return is_done.ok_or(Problem::not_found());
    };
    let role = match form.role.as_str() {
        "" => None,
        given => Some(given_role(given, org.standing().role)?),
    };
    let changed = if person.role == "owner" && org.standing().role != Role::Owner {
        Changed::NoOwnerLeft
    } else {
        people::change(&app.db, org.scope(), org.standing().role, &user, role).await?
    };
    match changed {
        Changed::Done => app.left(),
        Changed::Nobody => return Err(Problem::not_found()),
        Changed::NoOwnerLeft => {
            let wrong = "An organisation keeps an owner, whom only owners change.";
            let again = members_page(&app, &org, None, Some(wrong)).await?;
            return Ok((StatusCode::FORBIDDEN, again).into_response());
        }
    }
    app.happened(org.scope(), &org.user.name, &format!("changed the role of {}", person.name)).await?;
    Ok(Redirect::to(&org.to("/members")).into_response())
}

#[utoipa::path(get, path = "/settings", responses((status = 200)))]
pub async fn show_settings(State(app): State<Arc<App>>, org: Org) -> Result<Markup, Problem> {
    org.require_admin()?;
    let settings = app.settings.of(org.scope()).await?;
    Ok(page(
        "Settings",
        &Place::In(&org, "/settings"),
        html! {
            p { "Plan: " span.tag { (org.standing().plan.as_str()) } }
            form.card method="post" {
                label for="greeting" { "What the overview begins with" }
                textarea id="greeting" name="greeting" dir="auto" maxlength="500" { (settings.greeting) }
                button { "Save" }
            }
        },
    ))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub struct SettingsForm {
    greeting: String,
}

#[utoipa::path(post, path = "/settings", responses((status = 303)),
    request_body(content = SettingsForm, content_type = "application/x-www-form-urlencoded"))]
pub async fn change_settings(
    State(app): State<Arc<App>>,
    org: Org,
    Form(form): Form<SettingsForm>,
) -> Result<Redirect, Problem> {
    org.require_admin()?;
    let set = OrgSettings { greeting: form.greeting.chars().take(500).collect() };
    app.settings.set(org.scope(), &set).await?;
    Ok(Redirect::to(&org.to("/settings")))
}

#[utoipa::path(get, path = "/usage", responses((status = 200)))]
pub async fn usage(State(app): State<Arc<App>>, org: Org) -> Result<Markup, Problem> {
    org.require_admin()?;
    let today = clock::day(clock::now());
    let days = model::runs::by_day(&app.db, org.scope(), today - 29).await?;
    let used = app.policies.executions.used(&org.member).await?;
    Ok(page(
        "Usage",
        &Place::In(&org, "/usage"),
        html! {
            p { bdi { (used) " of today's " (org.standing().plan.executions()) " executions are used." } }
            h2 { "Executions in thirty days" }
            @if days.is_empty() { (empty("No agent was given a task yet.")) } @else { (super::chart::bars(&days, today)) }
        },
    ))
}

#[utoipa::path(get, path = "/log", responses((status = 200)))]
pub async fn log(State(app): State<Arc<App>>, org: Org) -> Result<Markup, Problem> {
    org.require_admin()?;
    let lines = model::log(&app.db, org.scope(), 100).await?;
    Ok(page(
        "Log",
        &Place::In(&org, "/log"),
        html! {
            p { "Whoever was here, our own people as well." }
            @if lines.is_empty() { (empty("Nothing happened yet.")) }
            ul.list { @for line in &lines { li { small { (moment(line.created_at)) } " " strong { bdi { (line.who) } } " " bdi { (line.what) } } } }
        },
    ))
}
