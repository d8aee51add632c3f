//! One operation: its parameters and the bodies that it takes.

use serde_json::{Map, Value};

use super::DocumentError;
use super::references::References;
use super::schema::{Node, Reader};

/// The methods that a path item has operations under.
pub(super) const METHODS: [&str; 8] = ["get", "head", "options", "trace", "post", "put", "patch", "delete"];

/// More alternatives of a body than this are not tried one by one.
const MOST_CHOICES: usize = 16;

/// An operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// `GET /agents/{id}`, which reports and settings name it by.
    pub(crate) name: String,
    pub(crate) method: http::Method,
    /// With the parameters in braces.
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    /// Each media type, and each alternative of its schema.
    pub(crate) bodies: Vec<Body>,
    pub(crate) body_required: bool,
    /// Media types that no body can be written in.
    pub(crate) unwritable: Vec<String>,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) node: Node,
    /// Whether the elements of an array are parameters of their own.
    pub(crate) explode: bool,
    /// Whether it is written as JSON.
    pub(crate) json: bool,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// A body in one media type.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) media: Media,
    pub(crate) media_type: String,
    pub(crate) node: Node,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    Form,
    Multipart,
    Text,
}

impl Media {
    fn of(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" => Some(Self::Form),
            "multipart/form-data" => Some(Self::Multipart),
            "application/octet-stream" | "*/*" => Some(Self::Text),
            "application/json" => Some(Self::Json),
            json if json.ends_with("+json") => Some(Self::Json),
            text if text.starts_with("text/") => Some(Self::Text),
            _ => None,
        }
    }
}

impl Operation {
    pub(super) fn read(
        references: References<'_>,
        method: &str,
        path: &str,
        shared: &[&Value],
        own: &Map<String, Value>,
    ) -> Result<Self, DocumentError> {
        let method = method.to_ascii_uppercase();
        let name = format!("{method} {path}");
        let mut parameters: Vec<Parameter> = Vec::new();
        let listed = own.get("parameters").and_then(Value::as_array).into_iter().flatten();
        for value in listed.chain(shared.iter().copied()) {
            let parameter = Parameter::read(references, &name, references.resolve(value)?)?;
            let Some(parameter) = parameter else { continue };
            // The operation's own stands for the path's of the same name.
            if !parameters
                .iter()
                .any(|known| known.location == parameter.location && known.name == parameter.name)
            {
                parameters.push(parameter);
            }
        }
        check_path(&name, path, &parameters)?;
        let mut operation = Self {
            method: http::Method::from_bytes(method.as_bytes()).unwrap_or(http::Method::GET),
            name,
            path: path.to_owned(),
            parameters,
            bodies: Vec::new(),
            body_required: false,
            unwritable: Vec::new(),
        };
        if let Some(body) = own.get("requestBody") {
            operation.read_body(references, references.resolve(body)?)?;
        }
        Ok(operation)
    }

    fn read_body(&mut self, references: References<'_>, body: &Value) -> Result<(), DocumentError> {
        self.body_required = body.get("required") == Some(&Value::Bool(true));
        let nothing = Value::Object(Map::new());
        for (media_type, content) in body.get("content").and_then(Value::as_object).into_iter().flatten() {
            let Some(media) = Media::of(media_type) else {
                self.unwritable.push(media_type.clone());
                continue;
            };
            let schema = content.get("schema").unwrap_or(&nothing);
            let examples = content.get("examples").and_then(Value::as_object).into_iter().flatten();
            let mut first = None;
            for (_, example) in examples.take(1) {
                first = references.resolve(example)?.get("value");
            }
            let example = content.get("example").or(first);
            let mut choice = 0;
            loop {
                let mut reader = Reader::new(references, choice);
                if let Some(mut node) = reader.read(schema)? {
                    if let Some(example) = example {
                        node.give(example);
                    }
                    let media_type =
                        if media_type == "*/*" { "application/octet-stream" } else { media_type };
                    self.bodies.push(Body { media, media_type: media_type.to_owned(), node });
                }
                choice += 1;
                if choice >= reader.choices.min(MOST_CHOICES) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether it is one of those that change nothing, by what HTTP says of the method.
    pub(crate) fn is_safe(&self) -> bool {
        self.method.is_safe()
    }

    /// The path split at its parameters: texts that stand in it, and names.
    pub(crate) fn path_parts(&self) -> Vec<PathPart<'_>> {
        parts(&self.path)
    }
}

/// A part of a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PathPart<'a> {
    Text(&'a str),
    Parameter(&'a str),
}

fn parts(path: &str) -> Vec<PathPart<'_>> {
    let mut found = Vec::new();
    let mut rest = path;
    while let Some((text, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        found.push(PathPart::Text(text));
        found.push(PathPart::Parameter(name));
        rest = after;
    }
    found.push(PathPart::Text(rest));
    found
}

fn check_path(operation: &str, path: &str, parameters: &[Parameter]) -> Result<(), DocumentError> {
    let declared: Vec<&str> = parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Path)
        .map(|parameter| parameter.name.as_str())
        .collect();
    let used: Vec<&str> = parts(path)
        .into_iter()
        .filter_map(|part| match part {
            PathPart::Parameter(name) => Some(name),
            PathPart::Text(_) => None,
        })
        .collect();
    let odd = used.iter().find(|name| !declared.contains(name));
    match odd.or_else(|| declared.iter().find(|name| !used.contains(name))) {
        Some(name) => Err(DocumentError::PathParameter {
            operation: operation.to_owned(),
            parameter: (*name).to_owned(),
        }),
        None => Ok(()),
    }
}

impl Parameter {
    /// `None` for a header that is no parameter: OpenAPI says to pass these over.
    fn read(
        references: References<'_>,
        operation: &str,
        value: &Value,
    ) -> Result<Option<Self>, DocumentError> {
        let missing = |what| DocumentError::Missing { what, at: format!("a parameter of {operation}") };
        let name = value.get("name").and_then(Value::as_str).ok_or_else(|| missing("name"))?;
        let location = match value.get("in").and_then(Value::as_str) {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            Some("cookie") => Location::Cookie,
            _ => return Err(missing("`in` of path, query, header or cookie")),
        };
        if location == Location::Header
            && ["accept", "content-type", "authorization"].contains(&name.to_ascii_lowercase().as_str())
        {
            return Ok(None);
        }
        let content =
            value.get("content").and_then(Value::as_object).and_then(|content| content.values().next());
        let nothing = Value::Object(Map::new());
        let schema = value.get("schema").or_else(|| content.and_then(|content| content.get("schema")));
        let node = Reader::new(references, 0).read(schema.unwrap_or(&nothing))?;
        let mut node = node.unwrap_or(Node::Leaf(super::Leaf::default()));
        if let Some(example) = value.get("example") {
            node.give(example);
        }
        let by_style = matches!(location, Location::Query | Location::Cookie);
        Ok(Some(Self {
            name: name.to_owned(),
            location,
            required: location == Location::Path || value.get("required") == Some(&Value::Bool(true)),
            node,
            explode: value.get("explode").and_then(Value::as_bool).unwrap_or(by_style),
            json: content.is_some(),
        }))
    }
}

impl Node {
    /// Takes an example's values for what the schema says nothing of.
    fn give(&mut self, example: &Value) {
        match self {
            Self::Leaf(leaf) => {
                if !leaf.listed && !example.is_null() && !example.is_object() && !example.is_array() {
                    leaf.given = Some(example.clone());
                }
            }
            Self::Object(fields) => {
                for field in fields {
                    if let Some(value) = example.get(&field.name) {
                        field.node.give(value);
                    }
                }
            }
            Self::Array(item) => {
                if let Some(first) = example.get(0) {
                    item.give(first);
                }
            }
        }
    }
}
