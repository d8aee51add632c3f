//! The `schema!` declaration, and the Diesel CLI's file as it is when the migrations were run.

use std::collections::BTreeMap;
use std::path::Path;

use super::catalog::{Catalog, Name};
use super::changes::Changes;
use super::declared::Declared;
use super::judge::Verdicts;
use super::migrations::enforced;
use super::verdict::Verdict;

/// What is known of the application for it.
pub(crate) struct Declaration<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) verdicts: &'a Verdicts,
    pub(crate) changes: &'a Changes,
    pub(crate) declared: &'a [Declared],
    /// The column that most tables have.
    pub(crate) column: &'a str,
    /// The type of the ids in Rust.
    pub(crate) id_type: &'a str,
}

impl Declaration<'_> {
    /// The text of `schema.rs`, which includes the CLI's file at `include`.
    pub(crate) fn text(&self, include: &Path) -> String {
        let usual = self.usual();
        let names_differ = self.verdicts.values().filter_map(Verdict::tenant_column).any(|one| one != usual);
        // Tables whose columns have different names are joined where the ids are said to be of one type.
        let of_type = if names_differ { format!(": {}", self.id_type) } else { String::new() };
        let mut undecided = Vec::new();
        let (mut scoped, mut global) = (Vec::new(), Vec::new());
        for declared in self.declared {
            let path = &declared.path;
            let Some(verdict) = self.verdicts.get(&declared.name) else { continue };
            let column = |name: &str| declared.rust_name(name).unwrap_or(name).to_owned();
            match verdict {
                Verdict::Owned { column: name, .. } | Verdict::Tenants { column: name } => {
                    if column(name) != usual {
                        scoped.push(format!("{path}({}{of_type})", column(name)));
                    }
                }
                Verdict::Column { column: name, .. } => {
                    if name != usual {
                        scoped.push(format!("{path}({name}{of_type})"));
                    }
                }
                Verdict::Shared { column: name } => {
                    scoped.push(format!("{path}({}{of_type}, shared)", column(name)))
                }
                Verdict::Through { way } => {
                    let parent = self.path(&way.parent);
                    let by = column(&way.column);
                    let primary =
                        self.catalog.tables.get(&way.parent).map(|table| table.primary_key().to_vec());
                    let key = if primary.is_some_and(|key| key == [way.key.clone()]) {
                        String::new()
                    } else {
                        format!(" = {}", self.rust_column(&way.parent, &way.key))
                    };
                    scoped.push(format!("{path}(through = {parent}({by}{key}))"));
                }
                Verdict::Link { links, column } => {
                    scoped.push(format!(
                        "{path}(link = {}({}))",
                        self.path(links),
                        self.rust_column(links, column)
                    ));
                }
                Verdict::Global => global.push(path.clone()),
                Verdict::Undecided { reason, .. } => undecided.push(format!(
                    "// undecided: {}\n",
                    format!("{path}: {reason}").replace(char::is_control, " ")
                )),
            }
        }
        let list = |name: &str, entries: &[String]| {
            let lines: String = entries.iter().map(|entry| format!("        {entry},\n")).collect();
            if entries.is_empty() { String::new() } else { format!("    {name} = [\n{lines}    ],\n") }
        };
        let joins: String = self.joins().iter().map(|join| format!("//     {join},\n")).collect();
        let joins = if joins.is_empty() {
            joins
        } else {
            format!(
                "// When `diesel print-schema` has printed the file anew, it has no `joinable!` for keys of two columns; then list them:\n// joins = [\n{joins}// ],\n"
            )
        };
        format!(
            "{}tenancy_diesel::schema! {{\n    include = {:?},\n    tenant_column = {usual}{of_type},\n{}{}}}\n{joins}",
            undecided.concat(),
            include.display().to_string().replace('\\', "/"),
            list("scoped", &scoped),
            list("global", &global),
        )
    }

    /// The column that most tables have, and new ones get.
    fn usual(&self) -> &str {
        let mut counts = BTreeMap::<&str, usize>::new();
        for verdict in self.verdicts.values() {
            match verdict {
                Verdict::Owned { column, .. } | Verdict::Column { column, .. } => {
                    *counts.entry(column).or_default() += 1
                }
                _ => {}
            }
        }
        counts
            .into_iter()
            .max_by_key(|(name, count)| (*count, *name == self.column))
            .map_or(self.column, |(name, _)| name)
    }

    fn joins(&self) -> Vec<String> {
        let mut found = BTreeMap::new();
        for key in
            self.changes.foreign_keys.iter().filter(|key| key.instead_of.is_some() && key.child != key.parent)
        {
            let pair = [key.child.clone().min(key.parent.clone()), key.child.clone().max(key.parent.clone())];
            let column =
                key.columns.last().map(|column| self.rust_column(&key.child, column)).unwrap_or_default();
            let line = format!("{} -> {} ({column})", self.path(&key.child), self.path(&key.parent));
            found.entry(pair).or_insert(line);
        }
        found.into_values().collect()
    }

    fn path(&self, name: &Name) -> String {
        self.declared
            .iter()
            .find(|one| one.name == *name)
            .map_or_else(|| name.name.clone(), |one| one.path.clone())
    }

    fn rust_column(&self, table: &Name, column: &str) -> String {
        let declared = self.declared.iter().find(|one| one.name == *table);
        declared.and_then(|one| one.rust_name(column)).unwrap_or(column).to_owned()
    }

    /// The CLI's file with the new columns, and without `Nullable` where NULL is no longer taken.
    pub(crate) fn file(&self, before: &str, column_type: &str) -> String {
        let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
        // From the end, so that the lines above keep their numbers.
        for declared in self.declared.iter().rev() {
            let (line, _) = declared.end;
            match self.verdicts.get(&declared.name) {
                Some(Verdict::Column { column, .. }) if line < lines.len() => {
                    lines.insert(line, format!("        {column} -> {},", diesel_type(column_type)));
                }
                Some(Verdict::Owned { column, .. })
                    if enforced(self.verdicts).any(|(name, _)| *name == declared.name) =>
                {
                    let rust = declared.rust_name(column).unwrap_or(column);
                    let begin = format!("{rust} -> Nullable<");
                    let found = lines[..line.min(lines.len())]
                        .iter()
                        .rposition(|line| line.trim_start().starts_with(&begin));
                    if let Some(at) = found {
                        lines[at] = lines[at]
                            .replacen("Nullable<", "", 1)
                            .replacen('>', "\u{0}", 1)
                            .replacen('>', "", 1)
                            .replace('\u{0}', ">");
                    }
                }
                _ => {}
            }
        }
        for line in &mut lines {
            // As the CLI prints them: `schema!` gives the crate's name another meaning there.
            for name in ["table!", "joinable!", "allow_tables_to_appear_in_same_query!"] {
                if line.starts_with(name) {
                    line.insert_str(0, "diesel::");
                }
            }
        }
        lines.join("\n") + "\n"
    }
}

/// What Diesel calls a type of SQL.
fn diesel_type(sql: &str) -> &'static str {
    match sql.split('(').next().unwrap_or(sql) {
        "bigint" => "Int8",
        "smallint" => "Int2",
        "integer" => "Int4",
        "uuid" => "Uuid",
        "text" => "Text",
        _ => "Varchar",
    }
}

/// The type in Rust that Diesel compares with it.
pub(crate) fn rust_type(sql: &str) -> &'static str {
    match sql.split('(').next().unwrap_or(sql) {
        "bigint" => "i64",
        "smallint" => "i16",
        "integer" => "i32",
        "uuid" => "tenancy_diesel::prelude::TenantId",
        _ => "String",
    }
}
