//! What a refused request is answered: a problem of RFC 9457.

mod detail;
#[cfg(feature = "pool")]
mod pool;
#[cfg(feature = "policies")]
mod refusal;

use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
#[cfg(feature = "policies")]
use tenancy_policies::LimitName;

/// An error answer: `application/problem+json`, as RFC 9457 has it.
///
/// The body has the status and words that are constants of the program, or that the application gives it by [`with_detail`](Self::with_detail). What
/// went wrong in detail, an error of the database for example, is logged where the problem is made and is never in the answer: it may hold values of
/// another tenant.
///
/// Handlers return it: `async fn handler(…) -> Result<Json<Note>, Problem>`. With the feature `pool`, `?` makes one of the pool's errors and of
/// Diesel's.
///
/// # Examples
///
/// ```
/// use tenancy_axum::Problem;
///
/// fn only_an_owner(role: &str) -> Result<(), Problem> {
///     if role == "owner" { Ok(()) } else { Err(Problem::forbidden("only an owner closes an account")) }
/// }
///
/// assert_eq!(only_an_owner("reader").unwrap_err().status(), 403);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a problem is an answer: return it"]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
    challenge: Option<&'static str>,
    #[cfg(feature = "policies")]
    limit: Option<Limit>,
}

/// The limit that refused.
#[cfg(feature = "policies")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    name: LimitName,
    is_answered: bool,
}

/// The members that we write. The type is left out: it is `about:blank` then, and the title is the status' phrase.
#[derive(Serialize)]
struct Members<'a> {
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'a str>,
}

impl Problem {
    const fn new(status: StatusCode, title: &'static str) -> Self {
        Self::saying(status, title, None)
    }

    const fn detailed(status: StatusCode, title: &'static str, detail: &'static str) -> Self {
        Self::saying(status, title, Some(Cow::Borrowed(detail)))
    }

    const fn saying(status: StatusCode, title: &'static str, detail: Option<Cow<'static, str>>) -> Self {
        Self {
            status,
            title,
            detail,
            retry_after: None,
            challenge: None,
            #[cfg(feature = "policies")]
            limit: None,
        }
    }

    /// 401: nobody is known to ask. `challenge` is the value of `WWW-Authenticate`.
    pub const fn unauthenticated(challenge: &'static str) -> Self {
        let mut problem = Self::new(StatusCode::UNAUTHORIZED, "Unauthorized");
        problem.challenge = Some(challenge);
        problem
    }

    /// 403: the member of a tenant may not do this. A stranger gets [`not_found`](Self::not_found), which tells nothing.
    pub const fn forbidden(detail: &'static str) -> Self {
        Self::detailed(StatusCode::FORBIDDEN, "Forbidden", detail)
    }

    /// 404: no such thing, or no such tenant, or no membership in it. Which of these is not said.
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// 400: the request cannot be understood.
    pub const fn bad_request(detail: &'static str) -> Self {
        Self::detailed(StatusCode::BAD_REQUEST, "Bad Request", detail)
    }

    /// 409: it is there already, or was changed meanwhile.
    pub const fn conflict() -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict")
    }

    /// 422: understood, and not possible.
    pub const fn unprocessable(detail: &'static str) -> Self {
        Self::detailed(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Content", detail)
    }

    /// 429: the tenant has had its share. `Retry-After` says when to ask again, in whole seconds, rounded up.
    pub const fn too_many_requests(retry_after: Duration) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests").retry_after(retry_after)
    }

    /// 429 without a time: waiting alone changes nothing.
    #[cfg(feature = "policies")]
    pub(crate) const fn used_up() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
    }

    /// 503: not now. `Retry-After` says when to ask again, in whole seconds, rounded up.
    pub const fn unavailable(retry_after: Duration) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable").retry_after(retry_after)
    }

    /// 500: a fault of ours. `error` and its causes are logged, and not answered.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        log(error);
        Self::internal_unlogged()
    }

    pub(crate) const fn internal_unlogged() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// A fault in how the application is put together: the text says which, and how to mend it.
    pub(crate) fn misassembled(fix: &str) -> Self {
        tracing::error!(target: "tenancy::edge", fix, "the application is put together wrongly");
        Self::internal_unlogged()
    }

    /// The same, with this text as its detail in the place of its own: which value does not fit, say, in the words of whoever sent it.
    ///
    /// The text is cut after 500 characters. Line breaks, other control characters and those that turn the direction of a text become blanks, so that
    /// whoever writes it into a log or a page has one line.
    ///
    /// # Tenancy
    ///
    /// A text that is put together while the program runs may hold anything: let it be what the request said, or what is of its own tenant. A 404
    /// stays without one, because it says no more to a stranger than to a member; so does a 500, whose reason is in the log.
    ///
    /// # Examples
    ///
    /// ```
    /// use tenancy_axum::Problem;
    ///
    /// fn hours(text: &str) -> Result<u8, Problem> {
    ///     text.parse().map_err(|_| Problem::unprocessable("").with_detail(format!("`{text}` is no number of hours")))
    /// }
    ///
    /// assert_eq!(hours("x\n").unwrap_err().detail(), Some("`x ` is no number of hours"));
    /// ```
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        if self.status == StatusCode::NOT_FOUND || self.status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::debug!(target: "tenancy::edge", status = %self.status, "an answer of this status has no detail");
            return self;
        }
        self.detail = Some(detail::one_line(detail.into()));
        self
    }

    /// What it says beside its status.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The limit of `tenancy-policies` that refused, where one did. A layer finds the same in the extensions of the answer.
    #[cfg(feature = "policies")]
    #[must_use]
    pub fn limit(&self) -> Option<LimitName> {
        self.limit.map(|limit| limit.name)
    }

    /// Says in the answer which limit refused, as the member `limit` of its JSON: clients can tell one from another then, and so can everybody else.
    ///
    /// # Examples
    ///
    /// ```
    /// use tenancy_axum::Problem;
    /// use tenancy_policies::Refusal;
    ///
    /// fn refused(refusal: Refusal) -> Problem {
    ///     Problem::from(refusal).showing_limit()      // {"title":"Forbidden","status":403,…,"limit":"exports"}
    /// }
    ///
    /// let problem = refused(Refusal::NotInPlan { what: "exports" });
    /// assert_eq!(problem.limit().unwrap(), "exports");
    /// ```
    #[cfg(feature = "policies")]
    pub fn showing_limit(mut self) -> Self {
        if let Some(limit) = &mut self.limit {
            limit.is_answered = true;
        }
        self
    }

    #[cfg(feature = "policies")]
    fn refused_by(mut self, name: Option<LimitName>) -> Self {
        self.limit = name.map(|name| Limit { name, is_answered: false });
        self
    }

    const fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }
}

/// Logs an error with its causes.
pub(crate) fn log(error: &(dyn Error + 'static)) {
    let mut causes = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push_str(if causes.is_empty() { "" } else { ": " });
        causes.push_str(&cause.to_string());
        next = cause.source();
    }
    tracing::error!(target: "tenancy::edge", %error, causes, "answered as an internal error");
}

/// Whole seconds, rounded up, and at least one: `Retry-After: 0` would have a client ask in a loop.
fn seconds(after: Duration) -> u64 {
    let whole = after.as_secs();
    (if after.subsec_nanos() > 0 { whole.saturating_add(1) } else { whole }).max(1)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        #[cfg(feature = "policies")]
        let limit = self.limit.filter(|limit| limit.is_answered).map(|limit| limit.name.as_str());
        #[cfg(not(feature = "policies"))]
        let limit = None;
        let detail = self.detail.as_deref();
        let members = Members { title: self.title, status: self.status.as_u16(), detail, limit };
        // Texts and a number: JSON has all of them.
        let body = serde_json::to_vec(&members).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        // An answer to one person about one tenant, and soon another one.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds(after)));
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        #[cfg(feature = "policies")]
        if let Some(limit) = self.limit {
            response.extensions_mut().insert(limit.name);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up_and_never_none() {
        let milliseconds = [0, 1, 999, 1000, 1001];
        assert_eq!(milliseconds.map(|ms| seconds(Duration::from_millis(ms))), [1, 1, 1, 1, 2]);
        assert_eq!(seconds(Duration::MAX), u64::MAX);
    }

    #[test]
    fn what_nobody_may_know_has_no_words() {
        let said =
            |problem: Problem| problem.with_detail("tenant globex has one".to_owned()).detail().is_some();
        assert!(!said(Problem::not_found()) && !said(Problem::internal_unlogged()));
        assert!(
            said(Problem::conflict())
                && said(Problem::forbidden("no"))
                && said(Problem::unavailable(Duration::ZERO))
        );
        assert_eq!(Problem::conflict().with_detail("a\nb").detail(), Some("a b"));
    }

    #[cfg(feature = "policies")]
    #[test]
    fn a_limit_is_named_to_the_application_and_to_clients_where_it_says_so() {
        use tenancy_policies::Refusal;

        let refused = || Problem::from(Refusal::NotInPlan { what: "exports" });
        assert_eq!(refused().limit().map(|limit| limit.as_str()), Some("exports"));
        let answer = refused().into_response();
        assert_eq!(answer.extensions().get::<LimitName>().map(LimitName::as_str), Some("exports"));
        assert!(!body(answer).contains("exports"));
        assert!(body(refused().showing_limit().into_response()).contains(r#""limit":"exports""#));
        let unknown = Problem::from(Refusal::NoRule { what: "Delete(\"somebody's\")".to_owned() });
        assert_eq!(unknown.limit(), None);
    }

    #[cfg(feature = "policies")]
    fn body(answer: Response) -> String {
        let read = axum::body::to_bytes(answer.into_body(), 1000);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        String::from_utf8(runtime.block_on(read).expect("a body").to_vec()).expect("JSON")
    }

    #[test]
    fn a_problem_is_its_headers_and_constants() {
        let response = Problem::too_many_requests(Duration::from_millis(1500)).into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(
            (&response.headers()[RETRY_AFTER], &response.headers()[CACHE_CONTROL]),
            (&HeaderValue::from(2), &HeaderValue::from_static("no-store"))
        );
        let response = Problem::unauthenticated("Bearer").into_response();
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer");
    }
}
