//! A tenant of the proof: how it logs in, where it lives, what is its own.

use std::fmt;

use http::{HeaderName, HeaderValue, header};
use serde_json::Value;

use crate::openapi::Words;

/// A tenant that takes part in the proof: how its requests are authenticated, how they say which tenant they are for, and the ids of
/// rows that are its own.
///
/// The tenants of a proof are made for it: rows that others change while it runs look like rows that it has changed.
///
/// # Examples
///
/// ```
/// use tenancy_test::Tenant;
///
/// let acme = Tenant::new("acme")
///     .bearer("acme-token")
///     .host("acme.example.test")
///     .id("agent_id", 7)                    // a body's `agent_id`, a query's, and `{id}` behind /agents
///     .marker("Ada of Acme");               // a text that nobody else may see
/// ```
#[derive(Clone)]
#[must_use = "a tenant is passed to `Proof::tenant`"]
pub struct Tenant {
    pub(crate) name: String,
    pub(crate) login: Vec<(HeaderName, HeaderValue)>,
    pub(crate) host: Option<String>,
    pub(crate) prefix: String,
    pub(crate) selectors: Vec<(HeaderName, String)>,
    pub(crate) ids: Vec<(SeedKey, Value)>,
    pub(crate) keys: Vec<(String, Value)>,
    pub(crate) markers: Vec<String>,
    /// What was wrong with what it was given.
    pub(crate) mistakes: Vec<String>,
}

impl Tenant {
    /// A tenant that reports call by this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            login: Vec::new(),
            host: None,
            prefix: String::new(),
            selectors: Vec::new(),
            ids: Vec::new(),
            keys: Vec::new(),
            markers: Vec::new(),
            mistakes: Vec::new(),
        }
    }

    /// Its requests carry this token as `Authorization: Bearer`.
    pub fn bearer(self, token: &str) -> Self {
        let value = format!("Bearer {token}");
        self.login_header("authorization", &value)
    }

    /// Its requests carry this cookie.
    pub fn cookie(self, name: &str, value: &str) -> Self {
        let value = format!("{name}={value}");
        self.login_header("cookie", &value)
    }

    /// Its requests carry this header as a login. No report shows its value.
    pub fn login_header(mut self, name: &str, value: &str) -> Self {
        match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                self.login.push((name, value));
            }
            _ => self
                .mistakes
                .push(format!("the login header `{name}` is no header, or its value cannot stand in one")),
        }
        self
    }

    /// It is at this host.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        let host = host.into();
        if HeaderValue::from_str(&host).is_err() {
            self.mistakes.push(format!("`{host}` is no host"));
        }
        self.host = Some(host);
        self
    }

    /// It is below this path, which stands before the document's paths: `/t/acme`.
    pub fn prefix(mut self, prefix: &str) -> Self {
        if !prefix.starts_with('/') || prefix.contains(['?', '#', ' ']) {
            self.mistakes.push(format!("the prefix `{prefix}` is no path: write it as `/t/name`"));
        }
        self.prefix = prefix.trim_end_matches('/').to_owned();
        self
    }

    /// Its requests say by this header which tenant they are for. Unlike a login, anybody can write it.
    pub fn selected_by_header(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        match name.parse() {
            Ok(name) if HeaderValue::from_str(&value).is_ok() => self.selectors.push((name, value)),
            _ => self
                .mistakes
                .push(format!("the header `{name}` is no header, or `{value}` cannot stand in one")),
        }
        self
    }

    /// The id of a row that is its own, for every place of this name.
    ///
    /// A place is a parameter or a field of a body. Of the keys that fit, the most exact one counts: `POST /canvases#agent_id` in one
    /// operation; `agent_id` for everything of this name, for `{id}` behind the path's `/agents`, and for `id` in the object `agent`; `id`
    /// for what is left. Upper case, hyphens and a plural `s` make no difference. Every tenant has to have the same keys, with other values: an id that two tenants have tells
    /// nothing, and is refused.
    pub fn id(mut self, key: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if value.is_array() || value.is_object() || value.is_null() || value.is_boolean() {
            self.mistakes.push(format!("the id `{key}` is {value}: an id is a text or a number"));
        }
        self.ids.push((SeedKey::of(key), value));
        self
    }

    /// What it is called by in requests that ought not to say it, such as `tenant_id`: it is tried in bodies, queries and headers
    /// whether the document has it there or not, and counts as an [`id`](Self::id) where the document has.
    pub fn tenant_key(self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let mut tenant = self.id(name, value.clone());
        tenant.keys.push((name.to_owned(), value));
        tenant
    }

    /// A text of its rows that must not stand in any answer to another tenant. Longer than three letters, and of no other meaning.
    ///
    /// The texts that the proof itself writes for it are looked for as well.
    pub fn marker(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().len() < 4 {
            self.mistakes.push(format!(
                "the marker `{text}` is too short to mean something: take four letters or more"
            ));
        }
        self.markers.push(text);
        self
    }

    /// The id for a place, by the first of the place's keys that is known.
    pub(crate) fn seed(&self, keys: &[SeedKey]) -> Option<&Value> {
        keys.iter().find_map(|key| self.ids.iter().find(|(known, _)| known == key)).map(|(_, value)| value)
    }

    /// Whether a host, a path or a header says which tenant a request is for.
    pub(crate) fn is_selected(&self) -> bool {
        self.host.is_some() || !self.prefix.is_empty() || !self.selectors.is_empty()
    }

    /// Login headers, those of one name in one where HTTP wants that.
    pub(crate) fn login_headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let (cookies, others): (Vec<_>, Vec<_>) =
            self.login.iter().cloned().partition(|(name, _)| *name == header::COOKIE);
        let mut all = others;
        let joined =
            cookies.iter().filter_map(|(_, value)| value.to_str().ok()).collect::<Vec<_>>().join("; ");
        if let Some(mut value) = HeaderValue::from_str(&joined).ok().filter(|value| !value.is_empty()) {
            value.set_sensitive(true);
            all.push((header::COOKIE, value));
        }
        all
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the logins.
        formatter
            .debug_struct("Tenant")
            .field("name", &self.name)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// The key of a seeded value: an operation, and the words of the place. `agents.id` and `agent_id` are the same words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SeedKey {
    operation: Option<String>,
    words: Words,
}

impl SeedKey {
    /// Reads `POST /canvases#agents.id`, of which all but the last word may be left out.
    pub(crate) fn of(key: &str) -> Self {
        let (operation, place) = match key.split_once('#') {
            Some((operation, place)) => (Some(operation.trim().to_owned()), place),
            None => (None, key),
        };
        let words = match place.rsplit_once('.') {
            Some((within, name)) => Words::of(within).singular().then(&Words::of(name).singular()),
            None => Words::of(place).singular(),
        };
        Self { operation, words }
    }

    /// The keys that fit a place, the most exact first.
    pub(crate) fn of_place(operation: &str, within: Option<&str>, name: &str) -> Vec<Self> {
        let name = Words::of(name).singular();
        let within = within.map(|within| Words::of(within).singular().then(&name));
        let mut keys = Vec::new();
        for operation in [Some(operation.to_owned()), None] {
            keys.extend(within.iter().cloned().map(|words| Self { operation: operation.clone(), words }));
            keys.push(Self { operation, words: name.clone() });
        }
        keys
    }

    /// As [`of_place`](Self::of_place), of a header.
    pub(crate) fn of_header(operation: &str, name: &str) -> Vec<Self> {
        let words = Words::of_header(name).singular();
        [Some(operation.to_owned()), None].map(|operation| Self { operation, words: words.clone() }).into()
    }

    /// The operation that it is about, if it is about one.
    pub(crate) fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }
}

impl fmt::Display for SeedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.operation {
            write!(formatter, "{operation}#")?;
        }
        write!(formatter, "{}", self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_key_counts() {
        let tenant = Tenant::new("acme").id("id", 1).id("agents.id", 2).id("GET /agents/{id}#id", 3);
        let seed = |operation, within| tenant.seed(&SeedKey::of_place(operation, within, "id")).cloned();
        assert_eq!(seed("GET /agents/{id}", Some("agents")), Some(3.into()));
        assert_eq!(seed("PUT /agents/{id}", Some("Agent")), Some(2.into()));
        assert_eq!(seed("PUT /plans/{id}", Some("plans")), Some(1.into()));
        assert_eq!(seed("DELETE /agents", None), Some(1.into()));
        let by_name = tenant.seed(&SeedKey::of_place("POST /canvases", None, "agentIds")).cloned();
        assert_eq!(by_name, Some(2.into()));
        assert_eq!(tenant.seed(&SeedKey::of_place("GET /a", None, "plan_id")), None);
    }

    #[test]
    fn what_cannot_be_sent_is_kept_as_a_mistake_and_logins_are_not_shown() {
        let tenant = Tenant::new("acme")
            .bearer("s3cret\n")
            .host("a b\n")
            .prefix("t")
            .marker("ab")
            .id("id", Value::Null);
        assert_eq!(tenant.mistakes.len(), 5);
        let tenant = Tenant::new("acme").cookie("a", "s3cret").cookie("b", "2");
        assert!(!format!("{tenant:?}").contains("s3cret"));
        assert_eq!(tenant.login_headers()[0].1, "a=s3cret; b=2");
    }
}
