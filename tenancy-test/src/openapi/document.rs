//! The document.

use serde_json::{Map, Value};

use super::DocumentError;
use super::operation::{METHODS, Operation};
use super::references::References;

/// A service's operations, as its OpenAPI document of version 3.0 or 3.1 describes them.
///
/// # Examples
///
/// ```
/// use tenancy_test::Document;
///
/// let document = Document::from_json(
///     r#"{ "openapi": "3.1.0", "paths": { "/agents": { "get": { "responses": {} } } } }"#,
/// )?;
/// assert_eq!(document.operations().collect::<Vec<_>>(), ["GET /agents"]);
/// # Ok::<_, tenancy_test::DocumentError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Document {
    operations: Vec<Operation>,
    base_path: String,
}

impl Document {
    /// Reads a document in JSON.
    ///
    /// # Errors
    ///
    /// [`DocumentError`], which names the place.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        Self::from_value(&serde_json::from_str(text).map_err(DocumentError::NotJson)?)
    }

    /// Reads a document that is a value already, such as one that was YAML, or that a library generates.
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn from_value(document: &Value) -> Result<Self, DocumentError> {
        let version = document.get("openapi").and_then(Value::as_str).unwrap_or("nothing");
        if !["3.0.", "3.1."].iter().any(|known| version.starts_with(known)) {
            return Err(DocumentError::Version { found: version.to_owned() });
        }
        let paths = document.get("paths").and_then(Value::as_object);
        let paths = paths.ok_or(DocumentError::Missing { what: "paths", at: "/paths".to_owned() })?;
        let references = References::of(document);
        let mut operations = Vec::new();
        for (path, item) in paths {
            let item = references.resolve(item)?;
            let shared: Vec<&Value> =
                item.get("parameters").and_then(Value::as_array).into_iter().flatten().collect();
            for method in METHODS {
                let Some(own) = item.get(method) else { continue };
                let empty = Map::new();
                let own = own.as_object().unwrap_or(&empty);
                operations.push(Operation::read(references, method, path, &shared, own)?);
            }
        }
        Ok(Self { operations, base_path: base_path(document) })
    }

    /// What stands before every path, in place of the path of the document's first server.
    #[must_use = "this returns the document with the path"]
    pub fn with_base_path(mut self, path: impl Into<String>) -> Self {
        self.base_path = path.into().trim_end_matches('/').to_owned();
        self
    }

    /// The operations' names: the method, a space, and the path with its parameters in braces.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(|operation| operation.name.as_str())
    }

    pub(crate) fn all(&self) -> &[Operation] {
        &self.operations
    }

    pub(crate) fn base_path(&self) -> &str {
        &self.base_path
    }
}

/// The path of the first server, if it says one without variables.
fn base_path(document: &Value) -> String {
    let url = document.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    if path.contains('{') || !path.starts_with('/') {
        String::new()
    } else {
        path.trim_end_matches('/').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::{Location, Media};

    #[test]
    fn parameters_of_the_path_and_the_operation_stand_together() {
        let document = json!({
            "openapi": "3.0.3",
            "servers": [{ "url": "https://api.example.test/v1/" }],
            "paths": { "/agents/{id}": {
                "parameters": [{ "$ref": "#/components/parameters/id" }, { "name": "lang", "in": "query" }],
                "put": {
                    "parameters": [{ "name": "lang", "in": "query", "required": true }, { "name": "Accept", "in": "header" }],
                    "requestBody": { "content": {
                        "application/merge-patch+json": { "schema": { "oneOf": [{ "properties": {} }, { "properties": { "a": {} } }] } },
                        "multipart/form-data": {},
                        "application/xml": {},
                    } },
                },
            } },
            "components": { "parameters": { "id": { "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } } } },
        });
        let document = Document::from_value(&document).unwrap();
        assert_eq!(document.base_path(), "/v1");
        let [put] = document.all() else { panic!() };
        assert_eq!(put.name, "PUT /agents/{id}");
        let parameters: Vec<_> =
            put.parameters.iter().map(|one| (one.name.as_str(), one.location, one.required)).collect();
        assert_eq!(parameters, [("lang", Location::Query, true), ("id", Location::Path, true)]);
        let media: Vec<_> = put.bodies.iter().map(|body| body.media).collect();
        assert_eq!(media, [Media::Json, Media::Json, Media::Multipart]);
        assert_eq!(put.unwritable, ["application/xml"]);
    }

    #[test]
    fn a_document_that_cannot_be_read_says_why() {
        let said = |document: Value| Document::from_value(&document).unwrap_err().to_string();
        assert!(said(json!({ "swagger": "2.0" })).contains("3.0 and 3.1"));
        assert!(said(json!({ "openapi": "3.1.0" })).contains("/paths"));
        let lost = json!({ "openapi": "3.1.0", "paths": { "/a/{id}": { "get": {} } } });
        assert_eq!(said(lost), "GET /a/{id}: the path and the declared parameters do not agree on `id`");
        let away = json!({ "openapi": "3.1.0", "paths": { "/a": { "$ref": "paths.json#/a" } } });
        assert!(said(away).contains("out of the document"));
        assert!(matches!(Document::from_json("openapi: 3.1.0"), Err(DocumentError::NotJson(_))));
    }
}
