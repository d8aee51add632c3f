//! Schemas, as far as a value is made of them: which fields there are, which are required, and what stands at the leaves.

use serde_json::{Map, Value};

use super::DocumentError;
use super::references::{References, name};

/// Deeper than any request's body that a person wrote.
const DEEPEST: usize = 16;

/// What a value is made of.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Leaf(Leaf),
    Object(Vec<Field>),
    Array(Box<Node>),
}

impl Node {
    /// Whether there are objects in it, beside itself.
    pub(crate) fn has_objects_within(&self) -> bool {
        let is_or_has = |node: &Self| matches!(node, Self::Object(_)) || node.has_objects_within();
        match self {
            Self::Leaf(_) => false,
            Self::Object(fields) => fields.iter().any(|field| is_or_has(&field.node)),
            Self::Array(item) => is_or_has(item),
        }
    }
}

/// A field of an object.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) node: Node,
}

/// A value without parts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leaf {
    pub(crate) kind: Type,
    /// What the document itself says could stand here.
    pub(crate) given: Option<Value>,
    /// Whether only what the document lists may stand here.
    pub(crate) listed: bool,
    pub(crate) format: String,
    pub(crate) longest: Option<u64>,
    pub(crate) least: Option<Value>,
    pub(crate) has_pattern: bool,
}

/// The type of a leaf.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Type {
    #[default]
    Text,
    Integer,
    Number,
    Boolean,
}

/// Reads schemas. Where there is a choice (`oneOf`, `anyOf`) it takes the one of its number, so that each is taken in turn.
pub(crate) struct Reader<'d> {
    references: References<'d>,
    choice: usize,
    /// The largest number of choices that was met.
    pub(crate) choices: usize,
    /// The references that are being read: a schema that contains itself ends here.
    open: Vec<String>,
}

impl<'d> Reader<'d> {
    pub(crate) const fn new(references: References<'d>, choice: usize) -> Self {
        Self { references, choice, choices: 1, open: Vec::new() }
    }

    /// `None` where the schema contains itself, or goes deeper than a request does.
    pub(crate) fn read(&mut self, schema: &Value) -> Result<Option<Node>, DocumentError> {
        let opened = self.open.len();
        let mut flat = Map::new();
        let whole = self.flatten(schema, &mut flat)?;
        let node = if whole { self.node(&flat)? } else { None };
        self.open.truncate(opened);
        Ok(node)
    }

    /// Gathers what a schema and all that it is composed of say. `false` where it contains itself.
    fn flatten(&mut self, schema: &Value, flat: &mut Map<String, Value>) -> Result<bool, DocumentError> {
        let mut schema = schema;
        while let Some(reference) = name(schema) {
            if self.open.iter().any(|open| open == reference) || self.open.len() >= DEEPEST {
                return Ok(false);
            }
            self.open.push(reference.to_owned());
            schema = self.references.follow(reference)?;
        }
        let Some(own) = schema.as_object() else { return Ok(true) };
        for (key, value) in own {
            match key.as_str() {
                "properties" => {
                    let known = flat.entry("properties").or_insert_with(|| Value::Object(Map::new()));
                    if let (Some(known), Some(more)) = (known.as_object_mut(), value.as_object()) {
                        more.iter().for_each(|(name, value)| {
                            known.entry(name).or_insert_with(|| value.clone());
                        });
                    }
                }
                "required" => {
                    let known = flat.entry("required").or_insert_with(|| Value::Array(Vec::new()));
                    if let (Some(known), Some(more)) = (known.as_array_mut(), value.as_array()) {
                        known.extend(more.iter().cloned());
                    }
                }
                "allOf" | "oneOf" | "anyOf" => {}
                _ => {
                    flat.entry(key).or_insert_with(|| value.clone());
                }
            }
        }
        for part in own.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            if !self.flatten(part, flat)? {
                return Ok(false);
            }
        }
        for alternatives in ["oneOf", "anyOf"] {
            let Some(alternatives) = own.get(alternatives).and_then(Value::as_array) else { continue };
            // Null is what an optional value may be as well, and holds no id.
            let some: Vec<&Value> = alternatives.iter().filter(|one| !is_null(one)).collect();
            self.choices = self.choices.max(some.len());
            // One that contains the schema itself is no choice: the next one ends it.
            for offset in 0..some.len() {
                let chosen = some[(self.choice + offset) % some.len()];
                let (opened, before) = (self.open.len(), flat.clone());
                if self.flatten(chosen, flat)? {
                    discriminate(own, chosen, flat);
                    break;
                }
                self.open.truncate(opened);
                *flat = before;
            }
        }
        Ok(true)
    }

    fn node(&mut self, flat: &Map<String, Value>) -> Result<Option<Node>, DocumentError> {
        let kind = type_of(flat);
        if kind == "object" {
            return self.object(flat).map(Some);
        }
        if kind == "array" {
            let item = match flat.get("items") {
                Some(items) => self.read(items)?,
                None => Some(Node::Leaf(Leaf::default())),
            };
            return Ok(item.map(|item| Node::Array(Box::new(item))));
        }
        Ok(Some(Node::Leaf(leaf(kind, flat))))
    }

    fn object(&mut self, flat: &Map<String, Value>) -> Result<Node, DocumentError> {
        let required: Vec<&str> = flat
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let example = flat.get("example").and_then(Value::as_object);
        let mut fields = Vec::new();
        for (name, schema) in flat.get("properties").and_then(Value::as_object).into_iter().flatten() {
            // The service fills these in.
            if schema.get("readOnly") == Some(&Value::Bool(true)) {
                continue;
            }
            if let Some(mut node) = self.read(schema)? {
                if let (Node::Leaf(leaf), Some(given)) =
                    (&mut node, example.and_then(|example| example.get(name)))
                {
                    leaf.given.get_or_insert_with(|| given.clone());
                }
                fields.push(Field { name: name.clone(), required: required.contains(&name.as_str()), node });
            }
        }
        Ok(Node::Object(fields))
    }
}

/// The type, of a list of them the first that is not null; where none is said, what the other keywords tell.
fn type_of(flat: &Map<String, Value>) -> &str {
    let said = match flat.get("type") {
        Some(Value::String(one)) => Some(one.as_str()),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).find(|one| *one != "null"),
        _ => None,
    };
    said.unwrap_or(match () {
        () if flat.contains_key("properties") => "object",
        () if flat.contains_key("items") => "array",
        () => "string",
    })
}

fn leaf(kind: &str, flat: &Map<String, Value>) -> Leaf {
    let first = |name: &str| {
        flat.get(name)
            .and_then(Value::as_array)
            .and_then(|list| list.iter().find(|one| !one.is_null()))
            .cloned()
    };
    let listed = flat.get("const").cloned().or_else(|| first("enum"));
    let given = || {
        flat.get("example").cloned().or_else(|| first("examples")).or_else(|| flat.get("default").cloned())
    };
    Leaf {
        kind: match kind {
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            _ => Type::Text,
        },
        listed: listed.is_some(),
        given: listed.or_else(given).filter(|value| !value.is_null()),
        format: flat.get("format").and_then(Value::as_str).unwrap_or_default().to_owned(),
        longest: flat.get("maxLength").and_then(Value::as_u64),
        least: flat.get("minimum").cloned(),
        has_pattern: flat.contains_key("pattern"),
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null") || schema.get("const").is_some_and(Value::is_null)
}

/// Writes into the field that tells alternatives apart which one it is.
fn discriminate(schema: &Map<String, Value>, chosen: &Value, flat: &mut Map<String, Value>) {
    let Some(discriminator) = schema.get("discriminator") else { return };
    let (Some(field), Some(reference)) =
        (discriminator.get("propertyName").and_then(Value::as_str), name(chosen))
    else {
        return;
    };
    let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
    let mapped =
        mapping.filter(|(_, to)| to.as_str() == Some(reference)).map(|(value, _)| value.as_str()).next();
    let value = mapped.unwrap_or_else(|| reference.rsplit('/').next().unwrap_or_default());
    let properties = flat.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    if let Some(properties) = properties.as_object_mut() {
        properties.insert(field.to_owned(), serde_json::json!({ "type": "string", "const": value }));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(root: &Value, choice: usize) -> (Option<Node>, usize) {
        let mut reader = Reader::new(References::of(root), choice);
        let node = reader.read(&root["start"]).unwrap();
        (node, reader.choices)
    }

    fn names(node: &Option<Node>) -> Vec<&str> {
        match node {
            Some(Node::Object(fields)) => fields.iter().map(|field| field.name.as_str()).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let root = json!({
            "start": { "$ref": "#/tree" },
            "tree": { "properties": { "id": {}, "children": { "items": { "$ref": "#/tree" } }, "next": { "$ref": "#/tree" } } },
        });
        assert_eq!(names(&read(&root, 0).0), ["id"]);
    }

    #[test]
    fn a_choice_of_itself_is_passed_over() {
        let root = json!({
            "start": { "$ref": "#/filter" },
            "filter": { "oneOf": [{ "$ref": "#/filter" }, { "properties": { "agent_id": {} } }] },
        });
        assert_eq!(names(&read(&root, 0).0), ["agent_id"]);
    }

    #[test]
    fn each_alternative_is_taken_in_turn() {
        let root = json!({
            "start": {
                "allOf": [{ "properties": { "note": {} }, "required": ["note"] }],
                "oneOf": [{ "$ref": "#/card" }, { "$ref": "#/bank" }, { "type": "null" }],
                "discriminator": { "propertyName": "kind", "mapping": { "by_card": "#/card" } },
            },
            "card": { "type": "object", "properties": { "card_id": { "type": ["null", "integer"] } } },
            "bank": { "type": "object", "properties": { "account_id": { "type": "string" } } },
        });
        let (first, choices) = read(&root, 0);
        assert_eq!((names(&first), choices), (vec!["card_id", "kind", "note"], 2));
        let Some(Node::Object(fields)) = first else { panic!() };
        let kind = fields.iter().find(|field| field.name == "kind").unwrap();
        assert!(
            matches!(&kind.node, Node::Leaf(leaf) if leaf.given == Some(json!("by_card")) && leaf.listed)
        );
        let card = fields.iter().find(|field| field.name == "card_id").unwrap();
        assert!(matches!(&card.node, Node::Leaf(leaf) if leaf.kind == Type::Integer));
        assert_eq!(names(&read(&root, 1).0), ["account_id", "kind", "note"]);
    }

    #[test]
    fn what_leads_nowhere_is_an_error() {
        for reference in ["#/none", "other.json#/a", "#/start"] {
            let root = json!({ "start": { "$ref": reference } });
            let read = Reader::new(References::of(&root), 0).read(&root["start"]);
            // A schema that is nothing but itself is recursive, and holds no value.
            assert_eq!(read.is_err(), reference != "#/start", "{reference}");
        }
    }
}
