//! A request, written from a case: whose login, where to, and which ids.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::answer::cut;
use super::canary::{Canaries, LENGTH};
use super::case::{Case, Place, Step};
use super::fitting;
use super::signature::{Signature, Signer};
use super::tenant::{SeedKey, Tenant};
use super::written::{BOUNDARY, formed, multipart, pairs, plain_text};
use crate::openapi::{Leaf, Location, Media, Node, Parameter, PathPart, Type};

/// What RFC 3986 leaves unreserved stays as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whose login a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    Of(usize),
    Nobody,
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) host: Option<String>,
    pub(crate) prefix: String,
    pub(crate) selectors: Vec<(HeaderName, String)>,
}

impl Target {
    pub(crate) fn of(tenant: &Tenant) -> Self {
        Self { host: tenant.host.clone(), prefix: tenant.prefix.clone(), selectors: tenant.selectors.clone() }
    }
}

/// What is to be asked.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// Whose texts it writes.
    pub(crate) writer: usize,
    pub(crate) login: Login,
    pub(crate) signature: Signature,
    pub(crate) target: Target,
    /// The ids, by the numbers of their slots. Slots that are not here are left out.
    pub(crate) ids: BTreeMap<usize, Value>,
    /// Texts in place of what would be written.
    pub(crate) texts: Vec<(Vec<Step>, String)>,
    /// Texts that are looked for, by the numbers of their parameters.
    pub(crate) words: Vec<(usize, String)>,
    /// What the document does not have.
    pub(crate) more_headers: Vec<(HeaderName, String)>,
    pub(crate) more_query: Vec<(String, String)>,
    pub(crate) more_body: Vec<(String, Value)>,
    /// The same in each object within the body.
    pub(crate) more_within: Vec<(String, Value)>,
    /// Texts that the answer may repeat without telling anything.
    pub(crate) said: Vec<String>,
}

/// What requests are written with.
pub(crate) struct Pen<'p> {
    pub(crate) tenants: &'p [Tenant],
    pub(crate) base_path: &'p str,
    pub(crate) values: &'p [(SeedKey, Value)],
    pub(crate) signer: Option<&'p Signer>,
    pub(crate) canaries: &'p mut Canaries,
}

/// A request that is ready to be sent, more than once if need be.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) request: Request<Bytes>,
    /// For reports: without logins.
    pub(crate) shown: String,
    /// What the answer may repeat.
    pub(crate) sent: Vec<String>,
}

impl Pen<'_> {
    /// Writes a request.
    ///
    /// # Errors
    ///
    /// What cannot be written, in words.
    pub(crate) fn write(&mut self, case: &Case<'_>, ask: &Ask) -> Result<Draft, String> {
        let mut sent: Vec<String> = ask.said.clone();
        for id in ask.ids.values() {
            match id {
                Value::Array(ids) => sent.extend(ids.iter().map(plain_text)),
                id => sent.push(plain_text(id)),
            }
        }
        let mut page = Page { pen: self, case, ask, sent };
        let (path, query, headers) = page.head()?;
        let body = page.body()?;
        let mut sent = page.sent;
        // The longest first: one may be a part of another.
        sent.sort_by_key(|text| std::cmp::Reverse(text.len()));
        self.finish(case, ask, Head { path, query, headers }, body, sent)
    }

    fn finish(
        &self,
        case: &Case<'_>,
        ask: &Ask,
        head: Head,
        body: Option<(String, Vec<u8>)>,
        sent: Vec<String>,
    ) -> Result<Draft, String> {
        let Head { path, query, headers } = head;
        let uri = if query.is_empty() { path } else { format!("{path}?{query}") };
        let mut request = Request::builder().method(case.operation.method.clone()).uri(&uri);
        let mut shown = format!("{} {uri}", case.operation.method);
        if let Some(host) = &ask.target.host {
            request = request.header(header::HOST, host);
            shown.push_str(&format!(", host {host}"));
        }
        let cookies = headers.iter().filter(|(name, _)| *name == header::COOKIE);
        let mut cookies: Vec<String> = cookies.map(|(_, value)| value.clone()).collect();
        let selecting = ask.target.selectors.iter().chain(&ask.more_headers);
        for (name, value) in headers.iter().filter(|(name, _)| *name != header::COOKIE).chain(selecting) {
            request = request.header(name, value);
            shown.push_str(&format!(", {name}: {value}"));
        }
        // A message that is signed comes from outside, where nobody logs in.
        match ask.login {
            Login::Of(tenant) if self.signer.is_none() => {
                for (name, value) in self.tenants[tenant].login_headers() {
                    match value.to_str() {
                        Ok(own) if name == header::COOKIE => cookies.push(own.to_owned()),
                        _ => request = request.header(name, value),
                    }
                }
                shown.push_str(&format!(", login of {}", self.tenants[tenant].name));
            }
            Login::Of(_) => {}
            Login::Nobody => shown.push_str(", no login"),
        }
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let (media_type, body) =
            body.map_or((None, Vec::new()), |(media_type, body)| (Some(media_type), body));
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
            shown.push_str(&format!(", body {}", cut(&String::from_utf8_lossy(&body))));
        }
        if let Some(signer) = self.signer {
            let name = |tenant: usize| self.tenants[tenant].name.as_str();
            let (signed, by) = ask.signature.of(signer, name, &body);
            for (name, value) in signed {
                let value = HeaderValue::from_str(&value)
                    .map_err(|_| format!("the signature's header `{name}` cannot be sent"))?;
                request = request.header(name, value);
            }
            shown.push_str(&by);
        }
        let request = request
            .body(Bytes::from(body))
            .map_err(|error| format!("the request cannot be written: {error}"))?;
        Ok(Draft { request, shown, sent })
    }
}

struct Head {
    path: String,
    query: String,
    headers: Vec<(HeaderName, String)>,
}

/// A request that is being written.
struct Page<'a, 'p> {
    pen: &'a mut Pen<'p>,
    case: &'a Case<'a>,
    ask: &'a Ask,
    sent: Vec<String>,
}

impl Page<'_, '_> {
    /// The path, the query, and the headers that are parameters.
    fn head(&mut self) -> Result<(String, String, Vec<(HeaderName, String)>), String> {
        let mut path = format!("{}{}", self.ask.target.prefix, self.pen.base_path);
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut headers = Vec::new();
        let operation = self.case.operation;
        let mut in_path = BTreeMap::new();
        for (number, parameter) in operation.parameters.iter().enumerate() {
            let Some(values) = self.parameter(number, parameter) else { continue };
            let texts: Vec<String> = if parameter.json {
                vec![Value::Array(values).to_string()]
            } else {
                values.iter().map(plain_text).collect()
            };
            match parameter.location {
                Location::Path => {
                    in_path.insert(parameter.name.as_str(), texts.join(","));
                }
                Location::Query if parameter.explode => texts.iter().for_each(|text| {
                    query.append_pair(&parameter.name, text);
                }),
                Location::Query => {
                    query.append_pair(&parameter.name, &texts.join(","));
                }
                Location::Header => {
                    let name =
                        parameter.name.parse().map_err(|_| format!("`{}` is no header", parameter.name))?;
                    headers.push((name, texts.join(",")));
                }
                Location::Cookie => {
                    headers.push((header::COOKIE, format!("{}={}", parameter.name, texts.join(","))))
                }
            }
        }
        for part in operation.path_parts() {
            match part {
                PathPart::Text(text) => path.push_str(text),
                PathPart::Parameter(name) => {
                    let value = in_path.get(name).map_or("", String::as_str);
                    path.extend(utf8_percent_encode(value, ESCAPED));
                }
            }
        }
        self.ask.more_query.iter().for_each(|(name, value)| {
            query.append_pair(name, value);
        });
        Ok((path, query.finish(), headers))
    }

    /// The values of a parameter, several where it is a list; `None` where it is left out.
    fn parameter(&mut self, number: usize, parameter: &Parameter) -> Option<Vec<Value>> {
        let place = Place::Parameter(number);
        if let Some(slot) = self.slot(&place) {
            return Some(match self.ask.ids.get(&slot)? {
                Value::Array(ids) => ids.clone(),
                id => vec![id.clone()],
            });
        }
        if let Some((_, word)) = self.ask.words.iter().find(|(at, _)| *at == number) {
            let format = match &parameter.node {
                Node::Leaf(leaf) => leaf.format.as_str(),
                _ => "",
            };
            let word = formed(word.clone(), format);
            self.sent.push(word.clone());
            return Some(vec![Value::String(word)]);
        }
        let said = self.said(&fitting::of_parameter(self.case.operation, parameter));
        if said.is_none() && !parameter.required {
            return None;
        }
        let leaf = match &parameter.node {
            Node::Leaf(leaf) => leaf,
            Node::Array(item) => match &**item {
                Node::Leaf(leaf) => leaf,
                _ => return None,
            },
            Node::Object(_) => return None,
        };
        Some(vec![said.unwrap_or_else(|| self.plain(leaf))])
    }

    fn body(&mut self) -> Result<Option<(String, Vec<u8>)>, String> {
        let Some(body) = self.case.body else { return Ok(None) };
        let mut value = self.value(&body.node, &mut Vec::new(), false).unwrap_or(Value::Null);
        // An update without any field says nothing.
        if value.as_object().is_some_and(Map::is_empty) {
            value = self.value(&body.node, &mut Vec::new(), true).unwrap_or(Value::Null);
        }
        add_within(&mut value, &self.ask.more_within, true);
        if let Some(fields) = value.as_object_mut() {
            fields.extend(self.ask.more_body.iter().cloned());
        }
        Ok(Some(match body.media {
            Media::Json => (body.media_type.clone(), value.to_string().into_bytes()),
            Media::Text => (body.media_type.clone(), plain_text(&value).into_bytes()),
            Media::Form => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                pairs(&value).iter().for_each(|(name, value)| {
                    form.append_pair(name, value);
                });
                (body.media_type.clone(), form.finish().into_bytes())
            }
            Media::Multipart => {
                (format!("multipart/form-data; boundary={BOUNDARY}"), multipart(&value, &body.node))
            }
        }))
    }

    /// A value of what a schema says, with the ids in it; `None` where nothing of it is to be said.
    fn value(&mut self, node: &Node, steps: &mut Vec<Step>, whole: bool) -> Option<Value> {
        match node {
            Node::Object(fields) => {
                let mut object = Map::new();
                for field in fields {
                    steps.push(Step::Field(field.name.clone()));
                    let is_said = whole || field.required || self.is_wanted(steps);
                    if is_said && let Some(value) = self.value(&field.node, steps, whole) {
                        object.insert(field.name.clone(), value);
                    }
                    steps.pop();
                }
                Some(Value::Object(object))
            }
            Node::Array(item) => {
                steps.push(Step::Item);
                let value = self.value(item, steps, whole);
                steps.pop();
                Some(match value {
                    Some(Value::Array(ids)) => Value::Array(ids),
                    Some(value) => Value::Array(vec![value]),
                    None => Value::Array(Vec::new()),
                })
            }
            Node::Leaf(leaf) => {
                if let Some(slot) = self.slot(&Place::Body(steps.clone())) {
                    return self.ask.ids.get(&slot).cloned();
                }
                if let Some((_, text)) = self.ask.texts.iter().find(|(place, _)| place == steps) {
                    self.sent.push(text.clone());
                    return Some(Value::String(formed(text.clone(), &leaf.format)));
                }
                let said = self.said(&fitting::of_body(self.case.operation, steps));
                Some(said.unwrap_or_else(|| self.plain(leaf)))
            }
        }
    }

    /// Whether something below this place was asked for, though it need not be there.
    fn is_wanted(&self, steps: &[Step]) -> bool {
        let below = |place: &[Step]| place.starts_with(steps);
        let asked =
            |slot: &usize| matches!(&self.case.slots[*slot].place, Place::Body(place) if below(place));
        self.ask.ids.keys().any(asked)
            || self.ask.texts.iter().any(|(place, _)| below(place))
            || self.said(&fitting::of_body(self.case.operation, steps)).is_some()
    }

    fn slot(&self, place: &Place) -> Option<usize> {
        self.case.slots.iter().position(|slot| slot.place == *place)
    }

    /// What the proof was told to write at a place.
    fn said(&self, keys: &[SeedKey]) -> Option<Value> {
        let known = |key: &SeedKey| self.pen.values.iter().find(|(known, _)| known == key);
        keys.iter().find_map(known).map(|(_, value)| value.clone())
    }

    /// Something of the leaf's type. A text is one of the writer's own, by which it is known again.
    fn plain(&mut self, leaf: &Leaf) -> Value {
        if let Some(given) = &leaf.given {
            return given.clone();
        }
        match leaf.kind {
            Type::Boolean => return Value::Bool(false),
            Type::Integer | Type::Number => return leaf.least.clone().unwrap_or_else(|| Value::from(1)),
            Type::Text => {}
        }
        match leaf.format.as_str() {
            "date" => return Value::from("2030-01-01"),
            "date-time" => return Value::from("2030-01-01T00:00:00Z"),
            "time" => return Value::from("00:00:00Z"),
            "uuid" => return super::nowhere::nowhere(&Value::from("00000000-0000-4000-8000-000000000000")),
            "ipv4" => return Value::from("192.0.2.1"),
            "ipv6" => return Value::from("2001:db8::1"),
            _ => {}
        }
        if leaf.longest.is_some_and(|longest| longest < LENGTH as u64) {
            return Value::from("t");
        }
        let canary = self.pen.canaries.of(self.ask.writer);
        self.sent.push(canary.clone());
        Value::String(formed(canary, &leaf.format))
    }
}

/// Adds fields to each object within a value, and not to the value itself.
fn add_within(value: &mut Value, fields: &[(String, Value)], is_whole: bool) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(|value| add_within(value, fields, false));
            if !is_whole {
                object.extend(fields.iter().cloned());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_within(item, fields, false)),
        _ => {}
    }
}
