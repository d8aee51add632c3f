//! A form that is sent twice, as on a slow network, makes one thing: what it makes has an id that follows from the form.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use maud::{Markup, html};
use ring::digest::{Context, SHA256};
use tenancy_axum::Problem;
use uuid::{Builder, Uuid, Variant};

use super::session::User;
use crate::model::new_id;

/// The field by which two forms differ that are filled in alike. Its name ends as those do that are given back unseen when a session has ended.
pub const FORM_ID: &str = "form_id";

/// Stands in every form that makes something: another one each time that it is shown, so that two tabs make two.
pub fn form_id() -> Markup {
    html! { input type="hidden" name=(FORM_ID) value=(new_id()); }
}

/// A form as it was typed. The outermost layer leaves it in the request.
#[derive(Clone)]
pub struct Typed(pub String);

/// The id of what a form makes. Sent again it has the same one, and the row's key refuses a second row; with another word in it, it is another form.
pub struct Made(pub String);

impl<S: Sync> FromRequestParts<S> for Made {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let user = User::from_request_parts(parts, state).await?;
        let typed = parts.extensions.get::<Typed>().map_or("", |typed| &typed.0);
        let mut fields = form_urlencoded::parse(typed.as_bytes());
        let form_id = fields.find(|(name, _)| name == FORM_ID).map(|(_, value)| value);
        Ok(Self::by(&user, form_id.as_deref(), [parts.uri.path().as_bytes(), typed.as_bytes()]))
    }
}

impl Made {
    /// By somebody's form with this in it. A form that no page of ours has shown, as a program's, makes something new each time.
    pub fn by(user: &User, form_id: Option<&str>, content: [&[u8]; 2]) -> Self {
        let Some(form_id) = form_id.and_then(|id| Uuid::parse_str(id).ok()) else { return Self(new_id()) };
        let mut hash = Context::new(&SHA256);
        for part in [user.id.as_bytes(), form_id.as_bytes()].into_iter().chain(content) {
            hash.update(&part.len().to_be_bytes());
            hash.update(part);
        }
        // The first half is the time at which the form was shown, as in all other ids.
        let mut id = form_id.into_bytes();
        id[8..].copy_from_slice(&hash.finish().as_ref()[..8]);
        Self(Builder::from_bytes(id).with_variant(Variant::RFC4122).into_uuid().to_string())
    }
}

/// Whether it was made now. `false`: the same form came before, and what it makes is there.
pub fn is_new<T, E: Into<Problem>>(made: Result<T, E>) -> Result<bool, Problem> {
    match made.map_err(Into::into) {
        Ok(_) => Ok(true),
        // The ids are the only key by which two of an organisation's rows can be in each other's way.
        Err(problem) if problem.status() == StatusCode::CONFLICT => Ok(false),
        Err(problem) => Err(problem),
    }
}
