//! An answer, as it is compared and shown.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::facts::Facts;

/// Headers that say something about the moment or the connection, whatever is answered. A length changes with the id that an answer
/// repeats, and the body is compared itself.
const OF_THE_MOMENT: [&str; 18] = [
    "age",
    "alt-svc",
    "cf-ray",
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "request-id",
    "server-timing",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "x-amzn-trace-id",
    "x-correlation-id",
    "x-request-id",
    "x-response-time",
    "x-runtime",
    "x-trace-id",
];

/// As much of a body as a report shows.
const SHOWN: usize = 400;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    content: Content,
    /// All texts of it, for what must not stand there.
    text: String,
    /// What the request said, which an answer may repeat.
    sent: Vec<String>,
}

#[derive(Debug, Clone)]
enum Content {
    Empty,
    Json(Value),
    Text(String),
    Html(String),
    Bytes(Bytes),
}

impl Answer {
    pub(crate) fn read(answer: Response<Bytes>, sent: Vec<String>) -> Self {
        let (parts, body) = answer.into_parts();
        let shown = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut headers: Vec<(String, String)> =
            parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), shown(value))).collect();
        headers.sort();
        let content = match std::str::from_utf8(&body) {
            _ if body.is_empty() => Content::Empty,
            Ok(text) => match serde_json::from_str(text) {
                Ok(value) => Content::Json(value),
                Err(_) if is_html(&parts.headers) => Content::Html(text.to_owned()),
                Err(_) => Content::Text(text.to_owned()),
            },
            Err(_) => Content::Bytes(body.clone()),
        };
        let mut text = String::from_utf8_lossy(&body).into_owned();
        headers.iter().for_each(|(_, value)| {
            text.push('\n');
            text.push_str(value);
        });
        // A text may be escaped in JSON, and an encoded one in a header.
        if let Content::Json(value) = &content {
            add_texts(value, &mut text);
        }
        Self { status: parts.status.as_u16(), headers, content, text, sent }
    }

    pub(crate) const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Whether it granted the request: a redirection to what was made does as well.
    pub(crate) const fn is_granted(&self) -> bool {
        self.status >= 200 && self.status < 400
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All lines of a header as one.
    pub(crate) fn joined(&self, name: &str) -> String {
        let lines = self.headers.iter().filter(|(known, _)| known == name);
        lines.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    /// Whether it leads to where another one leads, as written or by the place alone: what is new each time stands in the query.
    pub(crate) fn leads_like(&self, other: &Self, with_query: bool) -> bool {
        let place = |answer: &Self| {
            let location = answer.header("location").map(str::to_owned);
            location.map(|whole| match whole.split_once('?') {
                Some((place, _)) if !with_query => place.to_owned(),
                _ => whole,
            })
        };
        self.status == other.status && place(self) == place(other)
    }

    /// The JSON that it is.
    pub(crate) const fn json(&self) -> Option<&Value> {
        match &self.content {
            Content::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The first of these texts that stands in it.
    pub(crate) fn marker<'m>(&self, markers: impl IntoIterator<Item = &'m String>) -> Option<&'m str> {
        markers.into_iter().find(|marker| self.text.contains(marker.as_str())).map(String::as_str)
    }

    pub(crate) fn facts(&self, ignored: &[String]) -> Facts {
        let mut facts = Facts::default();
        facts.insert("status", &self.status.to_string(), &[]);
        for (name, value) in &self.headers {
            if OF_THE_MOMENT.contains(&name.as_str()) || ignored.contains(name) {
                continue;
            }
            facts.insert(format!("header {name}"), value, &self.sent);
        }
        match &self.content {
            Content::Empty => facts.insert("body", "(empty)", &[]),
            Content::Json(value) => facts.insert_json("body", value, &self.sent),
            Content::Text(text) => facts.insert_text("body", text, &self.sent),
            Content::Html(page) => facts.insert_html("body", page, &self.sent),
            // Archives and pictures have times in them: their length is what can be compared.
            Content::Bytes(bytes) => facts.insert("body bytes", &bytes.len().to_string(), &[]),
        }
        facts
    }

    /// For a report: the status and the beginning of the body.
    pub(crate) fn shown(&self) -> String {
        let body = match &self.content {
            Content::Empty => "(empty)".to_owned(),
            Content::Json(value) => value.to_string(),
            Content::Text(text) | Content::Html(text) => text.clone(),
            Content::Bytes(bytes) => format!("({} bytes)", bytes.len()),
        };
        format!("{} {}", self.status, cut(&body))
    }
}

/// The beginning of a text.
pub(crate) fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{} …", &line[..at]),
        None => line,
    }
}

fn is_html(headers: &http::HeaderMap) -> bool {
    let kind = headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

fn add_texts(value: &Value, text: &mut String) {
    match value {
        Value::String(own) => {
            text.push('\n');
            text.push_str(own);
        }
        Value::Array(items) => items.iter().for_each(|item| add_texts(item, text)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            text.push('\n');
            text.push_str(name);
            add_texts(value, text);
        }),
        _ => {}
    }
}
