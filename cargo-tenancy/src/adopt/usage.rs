//! Where the source reads, writes and joins the tables whose queries change, by file.

use std::collections::BTreeMap;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde::Serialize;

use crate::failure::Failure;

/// How often a file names a table, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Uses {
    /// `boards::table`, `boards::dsl`
    pub(crate) reads: usize,
    /// In `insert_into`, `update`, `delete`.
    pub(crate) writes: usize,
    /// In a join.
    pub(crate) joins: usize,
    /// `table_name = boards`
    pub(crate) models: usize,
}

/// What was found, and which files are no Rust.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Usage {
    pub(crate) tables: BTreeMap<String, BTreeMap<String, Uses>>,
    /// `sql_query` and `sql`, of which nobody knows what they name.
    pub(crate) raw_sql: BTreeMap<String, usize>,
    pub(crate) unread: Vec<String>,
}

/// Reads every file below `root` that `.gitignore` does not leave out, but for `schema`.
pub(crate) fn read(root: &Path, schema: &Path, tables: &[String]) -> Result<Usage, Failure> {
    let mut usage = Usage::default();
    let schema = schema.canonicalize().ok();
    for entry in ignore::WalkBuilder::new(root).build() {
        let entry = entry.map_err(|error| {
            Failure::new(format!("the source below {} cannot be read", root.display())).because(error)
        })?;
        let path = entry.path();
        let is_rust = path.extension().is_some_and(|end| end == "rs");
        if !is_rust || schema.is_some() && path.canonicalize().ok() == schema {
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
        let tokens = std::fs::read_to_string(path).ok().and_then(|text| text.parse::<TokenStream>().ok());
        let Some(tokens) = tokens else {
            usage.unread.push(name);
            continue;
        };
        let mut file = File { tables, usage: &mut usage, name: &name };
        file.walk(tokens, Uses { reads: 1, ..Uses::default() });
    }
    Ok(usage)
}

struct File<'a> {
    tables: &'a [String],
    usage: &'a mut Usage,
    name: &'a str,
}

impl File<'_> {
    /// What is named in here counts as `how`.
    fn walk(&mut self, tokens: TokenStream, how: Uses) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => {
                    let how = match at.checked_sub(1).map(|before| &trees[before]) {
                        Some(TokenTree::Ident(call)) if group.delimiter() == Delimiter::Parenthesis => {
                            called(&call.to_string()).unwrap_or(how)
                        }
                        _ => how,
                    };
                    self.walk(group.stream(), how);
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    let word = word.strip_prefix("r#").unwrap_or(&word);
                    let next = |more: usize, sign: char| matches!(trees.get(at + more), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
                    if word == "table_name" && next(1, '=') {
                        if let Some(table) = trees[at + 2..]
                            .iter()
                            .take_while(
                                |tree| !matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ','),
                            )
                            .filter_map(|tree| match tree {
                                TokenTree::Ident(name) => Some(name.to_string()),
                                _ => None,
                            })
                            .last()
                        {
                            self.add(&table, Uses { models: 1, ..Uses::default() });
                        }
                    } else if next(1, ':')
                        && next(2, ':')
                        && matches!(trees.get(at + 3), Some(TokenTree::Ident(what)) if what == "table" || what == "dsl")
                    {
                        self.add(word, how);
                    } else if word == "sql_query" || word == "sql" && next(1, ':') && next(3, '<') {
                        *self.usage.raw_sql.entry(self.name.to_owned()).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, table: &str, how: Uses) {
        if !self.tables.iter().any(|one| one == table) {
            return;
        }
        let files = self.usage.tables.entry(table.to_owned()).or_default();
        let uses = files.entry(self.name.to_owned()).or_default();
        uses.reads += how.reads;
        uses.writes += how.writes;
        uses.joins += how.joins;
        uses.models += how.models;
    }
}

/// What a table is named for in the brackets of this call, where that says it.
fn called(name: &str) -> Option<Uses> {
    let one = Uses::default();
    match name {
        "insert_into" | "insert_or_ignore_into" | "replace_into" | "update" | "delete" => {
            Some(Uses { writes: 1, ..one })
        }
        "inner_join" | "left_join" | "left_outer_join" => Some(Uses { joins: 1, ..one }),
        _ => None,
    }
}
