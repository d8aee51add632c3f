//! What all pages have around them.

use maud::{DOCTYPE, Markup, html};

use super::org::Org;
use super::session::User;
use crate::clock;
use crate::model::membership::Role;

/// Where a page is.
pub enum Place<'a> {
    /// Nobody has to be signed in.
    Outside,
    /// Somebody is, in no organisation.
    House(&'a User),
    /// In an organisation, below one of [`LINKS`].
    In(&'a Org, &'static str),
}

/// The pages of an organisation.
const LINKS: [(&str, &str, bool); 9] = [
    ("", "Overview", false),
    ("/tasks", "Tasks", false),
    ("/projects", "Projects", false),
    ("/agents", "Agents", false),
    ("/exports", "Exports", false),
    ("/members", "Members", true),
    ("/settings", "Settings", true),
    ("/usage", "Usage", true),
    ("/log", "Log", true),
];

pub fn page(title: &str, place: &Place<'_>, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Workbench" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="data:,";
                script src="/live.js" defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header { (head(place)) }
                main id="main" {
                    h1 dir="auto" { (title) }
                    (content)
                }
            }
        }
    }
}

fn head(place: &Place<'_>) -> Markup {
    html! {
        div.bar {
            a.home href="/organisations" { "Workbench" }
            @match place {
                Place::Outside => {}
                Place::House(user) => { (account(user)) }
                Place::In(org, _) => {
                    strong.org dir="auto" { (org.standing().name) }
                    (account(&org.user))
                }
            }
        }
        @if let Place::In(org, current) = place {
            nav aria-label="Organisation" {
                @for (path, name, is_admins) in LINKS {
                    @if !is_admins || org.is_admin() {
                        a href=(org.to(path)) aria-current=[(path == *current).then_some("page")] { (name) }
                    }
                }
            }
            @match org.standing().role {
                Role::Support => { p.notice { "You are here as support. You read, and the organisation sees that you were here." } }
                Role::Viewer => { p.notice { "You look, and change nothing: what you send here is refused." } }
                _ => {}
            }
        }
    }
}

fn account(user: &User) -> Markup {
    html! {
        form.account method="post" action="/sign-out" {
            span dir="auto" { (user.name) }
            @if user.is_staff { a href="/operator" { "Operator" } }
            a href="/organisations" { "Organisations" }
            button.plain { "Sign out" }
        }
    }
}

/// A time, in UTC. It is read from left to right, also on a page that is not.
pub fn moment(seconds: i64) -> Markup {
    let shown = clock::shown(seconds);
    html! { time dir="ltr" datetime=(shown.replace(" UTC", "Z")) { (shown) } }
}

/// What is said where there is nothing yet.
pub fn empty(words: &str) -> Markup {
    html! { p.empty { (words) } }
}

/// What was wrong with what was typed. It is read out at once.
pub fn mistake(words: Option<&str>) -> Markup {
    html! { @if let Some(words) = words { p.mistake role="alert" { (words) } } }
}

/// A field with its label.
pub fn field(id: &str, label: &str, kind: &str, value: &str, autocomplete: &str) -> Markup {
    html! {
        label for=(id) { (label) }
        input id=(id) name=(id) type=(kind) value=(value) autocomplete=(autocomplete) required dir="auto";
    }
}

/// A choice of a few words.
pub fn choice<'a>(
    id: &str,
    label: &str,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
    chosen: &str,
) -> Markup {
    html! {
        label for=(id) { (label) }
        select id=(id) name=(id) {
            @for (value, shown) in options {
                option value=(value) selected[value == chosen] { (shown) }
            }
        }
    }
}
