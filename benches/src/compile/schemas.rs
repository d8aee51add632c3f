//! The schemas that are declared as real applications declare theirs, `schemas/tests`: as the Diesel CLI printed them, and the same
//! file declared.

/// A schema.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) name: &'static str,
    pub(super) tables: usize,
    /// The file that the Diesel CLI printed.
    pub(super) printed: &'static str,
    /// What is said beside it.
    declared: &'static str,
    /// The types of ids, where there are several kinds of owner.
    pub(super) ids: &'static str,
}

macro_rules! schema {
    ($name:literal, $tables:literal, $ids:expr) => {
        Schema {
            name: $name,
            tables: $tables,
            printed: include_str!(concat!("../../../schemas/tests/", $name, "/diesel_schema.rs")),
            declared: include_str!(concat!("../../../schemas/tests/", $name, "/schema.rs")),
            ids: $ids,
        }
    };
}

pub(super) const SCHEMAS: [Schema; 3] = [
    schema!("keyring", 33, ""),
    schema!("agora", 61, ""),
    schema!("atelier", 111, include_str!("../../../schemas/tests/atelier/ids.rs")),
];

/// The root of a crate of such a schema. `limit` stands in a function's body, for an edit that changes nothing else.
pub(super) fn root(limit: usize) -> String {
    format!("//! A schema.\n\npub mod ids;\npub mod schema;\n\npub fn limit() -> usize {{\n    {limit}\n}}\n")
}

impl Schema {
    /// What declares the file `printed`, for the types alone.
    pub(super) fn declared(&self) -> String {
        let lines = self.declared.lines().map(|line| match line.trim_start() {
            line if line.starts_with("include = ") => "include = \"src/printed.rs\",",
            line if line.starts_with("tables = ") => "",
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
