//! Names and texts as PostgreSQL reads them.

pub(crate) use postgres_protocol::escape::{escape_identifier as identifier, escape_literal as literal};

/// `schema`.`name`, quoted.
pub(crate) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// Names as a list of identifiers, each after `prefix`.
pub(crate) fn list<'a>(prefix: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("{prefix}{}", identifier(name))).collect::<Vec<_>>().join(", ")
}
