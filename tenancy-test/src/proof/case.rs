//! One way to call an operation, and the places in it where ids stand.

use super::fitting;
use super::tenant::{SeedKey, Tenant};
use crate::openapi::{Body, Leaf, Location, Node, Operation, looks_like_an_id};

/// A step into a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Field(String),
    Item,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The parameter of this number.
    Parameter(usize),
    Body(Vec<Step>),
}

/// A place where an id stands that every tenant has one for.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) place: Place,
    pub(crate) keys: Vec<SeedKey>,
    pub(crate) required: bool,
    /// Whether it is an element of a list.
    pub(crate) in_list: bool,
    /// `the path's id`, for reports.
    pub(crate) label: String,
}

/// A field of text in a body, which anything may be written into.
#[derive(Debug, Clone)]
pub(crate) struct FreeText {
    pub(crate) place: Vec<Step>,
    pub(crate) label: String,
    pub(crate) format: String,
}

/// A text by which rows are looked for: `?q=`, `?email=`.
#[derive(Debug, Clone)]
pub(crate) struct AskedText {
    /// The parameter's number.
    pub(crate) parameter: usize,
    pub(crate) label: String,
}

/// An operation with one of its bodies.
#[derive(Debug)]
pub(crate) struct Case<'d> {
    pub(crate) operation: &'d Operation,
    pub(crate) body: Option<&'d Body>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) texts: Vec<FreeText>,
    pub(crate) asked: Vec<AskedText>,
    /// Places that look as if an id stood there, and have none.
    pub(crate) lacking: Vec<String>,
    /// Whether it cannot be called without one of them.
    pub(crate) blocked: bool,
}

impl<'d> Case<'d> {
    /// The cases of an operation: one for each body, or one without.
    pub(crate) fn all(operation: &'d Operation, tenants: &[Tenant], values: &[SeedKey]) -> Vec<Self> {
        let mut bodies: Vec<Option<&Body>> = operation.bodies.iter().map(Some).collect();
        if bodies.is_empty() {
            bodies.push(None);
        }
        bodies.into_iter().map(|body| Self::of(operation, body, tenants, values)).collect()
    }

    fn of(operation: &'d Operation, body: Option<&'d Body>, tenants: &[Tenant], values: &[SeedKey]) -> Self {
        let mut case = Self {
            operation,
            body,
            slots: Vec::new(),
            texts: Vec::new(),
            asked: Vec::new(),
            lacking: Vec::new(),
            blocked: false,
        };
        for (number, parameter) in operation.parameters.iter().enumerate() {
            let (leaf, in_list) = match &parameter.node {
                Node::Leaf(leaf) => (leaf, false),
                Node::Array(item) => match &**item {
                    Node::Leaf(leaf) => (leaf, true),
                    _ => continue,
                },
                Node::Object(_) => continue,
            };
            let location = match parameter.location {
                Location::Path => "path",
                Location::Query => "query",
                Location::Header => "headers",
                Location::Cookie => "cookies",
            };
            let found = Found {
                place: Place::Parameter(number),
                required: parameter.required,
                in_list,
                label: format!("`{}` in the {location}", parameter.name),
                looks: parameter.location == Location::Path || looks_like_an_id(&parameter.name),
                leaf,
                keys: fitting::of_parameter(operation, parameter),
            };
            case.take(found, tenants, values);
        }
        if let Some(body) = body {
            case.walk(&body.node, &mut Vec::new(), operation.body_required, tenants, values);
        }
        case
    }

    fn walk(
        &mut self,
        node: &Node,
        steps: &mut Vec<Step>,
        required: bool,
        tenants: &[Tenant],
        values: &[SeedKey],
    ) {
        match node {
            Node::Object(fields) => {
                for field in fields {
                    steps.push(Step::Field(field.name.clone()));
                    self.walk(&field.node, steps, required && field.required, tenants, values);
                    steps.pop();
                }
            }
            Node::Array(item) => {
                steps.push(Step::Item);
                self.walk(item, steps, required, tenants, values);
                steps.pop();
            }
            Node::Leaf(leaf) => {
                let names = fitting::fields(steps);
                let Some(name) = names.last() else { return };
                let found = Found {
                    place: Place::Body(steps.clone()),
                    keys: fitting::of_body(self.operation, steps),
                    required,
                    in_list: steps.last() == Some(&Step::Item),
                    label: format!("`{}` in the body", names.join(".")),
                    looks: looks_like_an_id(name) || leaf.format == "uuid",
                    leaf,
                };
                self.take(found, tenants, values);
            }
        }
    }

    fn take(&mut self, found: Found<'_>, tenants: &[Tenant], values: &[SeedKey]) {
        let Found { place, keys, required, in_list, label, looks, leaf } = found;
        if tenants.iter().all(|tenant| tenant.seed(&keys).is_some()) {
            self.slots.push(Slot { place, keys, required, in_list, label });
        } else if looks && !leaf.listed && !keys.iter().any(|key| values.contains(key)) {
            self.blocked |= required;
            self.lacking.push(label);
        } else if leaf.is_free_text() && !keys.iter().any(|key| values.contains(key)) {
            match place {
                Place::Body(place) => self.texts.push(FreeText { place, label, format: leaf.format.clone() }),
                Place::Parameter(parameter) if !in_list && self.is_in_query(parameter) => {
                    self.asked.push(AskedText { parameter, label });
                }
                Place::Parameter(_) => {}
            }
        }
    }

    fn is_in_query(&self, parameter: usize) -> bool {
        self.operation.parameters[parameter].location == Location::Query
    }

    /// What reports call it: the operation, and the body's type where there are several.
    pub(crate) fn name(&self) -> String {
        match self.body {
            Some(body) if self.operation.bodies.len() > 1 => {
                format!("{} ({})", self.operation.name, body.media_type)
            }
            _ => self.operation.name.clone(),
        }
    }

    /// The slots that every request of the case fills.
    pub(crate) fn required(&self) -> Vec<usize> {
        (0..self.slots.len()).filter(|slot| self.slots[*slot].required).collect()
    }
}

struct Found<'a> {
    place: Place,
    keys: Vec<SeedKey>,
    required: bool,
    in_list: bool,
    label: String,
    looks: bool,
    leaf: &'a Leaf,
}

impl Leaf {
    fn is_free_text(&self) -> bool {
        self.kind == crate::openapi::Type::Text
            && !self.listed
            && !self.has_pattern
            && matches!(self.format.as_str(), "" | "email" | "password")
            && self.longest.is_none_or(|longest| longest >= super::canary::LENGTH as u64)
    }
}
