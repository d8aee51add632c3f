//! Values as they stand in paths, forms and multipart bodies.

use serde_json::Value;

use crate::openapi::Node;

/// Between the parts of a multipart body; no value that is written has it.
pub(super) const BOUNDARY: &str = "tenancy-test-3f1c9a7e5b2d";

/// A text in the form that a format asks for.
pub(super) fn formed(text: String, format: &str) -> String {
    match format {
        "email" | "idn-email" => format!("{text}@example.test"),
        "uri" | "url" | "iri" => format!("https://example.test/{text}"),
        "hostname" => format!("{text}.example.test"),
        _ => text,
    }
}

/// A value as it stands in a path, a query or a form.
pub(super) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The fields of an object, one for each element of a list.
pub(super) fn pairs(value: &Value) -> Vec<(String, String)> {
    let fields = value.as_object().into_iter().flatten();
    fields
        .flat_map(|(name, value)| match value {
            Value::Array(items) => items.iter().map(|item| (name.clone(), plain_text(item))).collect(),
            value => vec![(name.clone(), plain_text(value))],
        })
        .collect()
}

/// RFC 7578. What is bytes in the document is a file.
pub(super) fn multipart(value: &Value, node: &Node) -> Vec<u8> {
    let is_file = |name: &str| match node {
        Node::Object(fields) => fields.iter().any(|field| {
            field.name == name && matches!(&field.node, Node::Leaf(leaf) if leaf.format == "binary")
        }),
        _ => false,
    };
    let mut body = String::new();
    for (name, value) in pairs(value) {
        let quoted = name.replace('"', "%22");
        body.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{quoted}\""));
        if is_file(&name) {
            body.push_str("; filename=\"file.txt\"\r\nContent-Type: text/plain");
        }
        body.push_str(&format!("\r\n\r\n{value}\r\n"));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    body.into_bytes()
}
