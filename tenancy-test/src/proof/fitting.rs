//! The keys that fit a place of a request: those by which an id or a value is given for it, the most exact first.

use super::case::Step;
use super::tenant::SeedKey;
use crate::openapi::{Location, Operation, Parameter, PathPart};

/// Those of a parameter.
pub(super) fn of_parameter(operation: &Operation, parameter: &Parameter) -> Vec<SeedKey> {
    let (of, name) = (&operation.name, &parameter.name);
    match parameter.location {
        Location::Header => SeedKey::of_header(of, name),
        Location::Path => SeedKey::of_place(of, before(operation, name), name),
        Location::Query | Location::Cookie => SeedKey::of_place(of, None, name),
    }
}

/// Those of a place in the body; none where it is the body itself.
pub(super) fn of_body(operation: &Operation, steps: &[Step]) -> Vec<SeedKey> {
    let names = fields(steps);
    let Some((name, outer)) = names.split_last() else { return Vec::new() };
    let within = outer.last().copied().or_else(|| collection(operation, name));
    SeedKey::of_place(&operation.name, within, name)
}

/// The names of the fields on the way to a place in the body.
pub(super) fn fields(steps: &[Step]) -> Vec<&str> {
    let names = steps.iter().filter_map(|step| match step {
        Step::Field(name) => Some(name.as_str()),
        Step::Item => None,
    });
    names.collect()
}

/// The last fixed segment of the path before a parameter.
fn before<'o>(operation: &'o Operation, parameter: &str) -> Option<&'o str> {
    let parts = operation.path_parts();
    let at = parts.iter().position(|part| *part == PathPart::Parameter(parameter))?;
    parts[..at].iter().rev().find_map(|part| match part {
        PathPart::Text(text) => text.rsplit('/').find(|segment| !segment.is_empty()),
        PathPart::Parameter(_) => None,
    })
}

/// A bare `id` in the body of `PUT /agents` is an agent's.
fn collection<'o>(operation: &'o Operation, name: &str) -> Option<&'o str> {
    if !["id", "ids"].contains(&name) {
        return None;
    }
    operation.path.split('/').rfind(|segment| !segment.is_empty() && !segment.starts_with('{'))
}
