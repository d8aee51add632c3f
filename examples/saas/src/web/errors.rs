//! Errors as people meet them: problems become pages, and a form that comes after the session has ended is kept.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERER, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::layout::{Place, page};
use super::made::Typed;
use super::sign_in::{PATH as SIGN_IN, Resume, sign_in_page};

/// As much of a form is kept.
const LARGEST_FORM: usize = 256 * 1024;

/// A form that is kept stands in the one for signing in, encoded once more.
const LARGEST_FORM_WITH_ONE_IN_IT: usize = 3 * LARGEST_FORM;

/// The outermost layer.
pub async fn as_pages(request: Request, next: Next) -> Response {
    let wants_page = has(request.headers(), &ACCEPT, "text/html");
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let is_get = request.method() == Method::GET;
    let has_file = has(request.headers(), &CONTENT_TYPE, "multipart/form-data");
    let from = from(request.headers());
    let (answer, kept) = match kept(request).await {
        Ok((request, kept)) => (next.run(request).await, kept),
        Err(refused) => (refused, None),
    };
    let mut answer = match answer.status() {
        StatusCode::UNAUTHORIZED if wants_page => match kept {
            _ if is_get => {
                let next = form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
                Redirect::to(&format!("/sign-in?next={next}")).into_response()
            }
            // Files are not kept: the person is led back to where it was chosen.
            _ if has_file => {
                let wrong = "You were signed out meanwhile, and the file was not added. Sign in, and choose it again.";
                let page = sign_in_page("", Some(wrong), from.as_deref(), None);
                (StatusCode::UNAUTHORIZED, page).into_response()
            }
            kept => {
                let resume = kept.map(|body| Resume { to: path, body });
                (StatusCode::UNAUTHORIZED, sign_in_page("", None, None, resume.as_ref())).into_response()
            }
        },
        // The router's own, which has no words: somebody has loaded the address of a form.
        StatusCode::METHOD_NOT_ALLOWED if wants_page => shown(answer).await,
        _ if wants_page && has(answer.headers(), &CONTENT_TYPE, "application/problem+json") => {
            shown(answer).await
        }
        _ => answer,
    };
    let headers = answer.headers_mut();
    let csp = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(csp));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // An invitation's link is not told to others.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    answer
}

fn has(headers: &HeaderMap, name: &HeaderName, what: &str) -> bool {
    headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(what))
}

/// The page of ours that a form was on.
fn from(headers: &HeaderMap) -> Option<String> {
    let from: Uri = headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    // Whoever's it says it is, it becomes a path of ours.
    Some(from.path_and_query()?.as_str().to_owned())
}

/// The request, and the form in it.
async fn kept(request: Request) -> Result<(Request, Option<String>), Response> {
    if request.method() == Method::GET
        || !has(request.headers(), &CONTENT_TYPE, "application/x-www-form-urlencoded")
    {
        return Ok((request, None));
    }
    let (head, body) = request.into_parts();
    let largest = if head.uri.path() == SIGN_IN { LARGEST_FORM_WITH_ONE_IN_IT } else { LARGEST_FORM };
    let body: Bytes = to_bytes(body, largest).await.map_err(|_| {
        let words = html! {
            p { "A form has room for " (LARGEST_FORM / 1024) " kilobytes, as browsers send them. Nothing was saved." }
            p { "Go back: what you typed is there. Take the longest text out, and add it as a file." }
        };
        let page = page("That is too long", &Place::Outside, words);
        (StatusCode::PAYLOAD_TOO_LARGE, page).into_response()
    })?;
    let kept = String::from_utf8(body.to_vec()).ok();
    let mut request = Request::from_parts(head, Body::from(body));
    if let Some(typed) = &kept {
        request.extensions_mut().insert(Typed(typed.clone()));
    }
    Ok((request, kept))
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    detail: Option<String>,
}

/// A problem as a page, with the same status and headers.
async fn shown(problem: Response) -> Response {
    let (mut head, body) = problem.into_parts();
    let body = to_bytes(body, LARGEST_FORM).await.unwrap_or_default();
    let detail = serde_json::from_slice(&body).ok().and_then(|said: Said| said.detail);
    let (title, words) = match head.status.as_u16() {
        400 => ("That cannot be taken", "Nothing was saved. Go back, and try it with another one."),
        403 => ("You cannot do that", "Your role or the organisation's plan does not allow it."),
        404 | 405 => ("Nothing here", "There is no such page, or it is not yours to see."),
        409 => ("There is one already", "Somebody has that name, or was quicker. Go back and look."),
        422 => ("That does not fit", "What you chose is not there any more. Go back and choose again."),
        429 => (
            "That is all for now",
            "The organisation has had what its plan allows. Try later, or ask an owner for a larger plan.",
        ),
        503 => ("One moment", "Something that we need does not answer. Try again in a few seconds."),
        _ => {
            ("That went wrong", "It is our fault, and it is in our log. Nothing of yours is lost; try again.")
        }
    };
    let content: Markup = html! {
        p { (words) }
        @if let Some(detail) = detail { p.soft { (detail) } }
        p { a href="/organisations" { "To your organisations" } }
    };
    let body = page(title, &Place::Outside, content).into_string();
    head.headers.remove(axum::http::header::CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(head, Body::from(body))
}
