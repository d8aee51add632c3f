//! Imports and aliases that give what goes round the types another name, or to other files.

use quote::{ToTokens, quote};
use syn::{ItemType, ItemUse, Visibility};

use super::paths::{brought, is_client};
use crate::check::excerpt::{line, plain};
use crate::check::kind::Kind;
use crate::check::source::{Import, Namespace, Reader, imports};

impl Reader<'_> {
    /// An import shows where it is used, unless it renames, or is there for other files.
    pub(in crate::check) fn import(&mut self, item: &ItemUse) {
        let from_crates = item.leading_colon.is_some();
        let public = !matches!(item.vis, Visibility::Inherited);
        let vis = if public { line(item.vis.to_token_stream()) + " " } else { String::new() };
        for import in imports(&item.tree) {
            match import {
                Import::Name { path, name } => {
                    let renamed = path.last().is_some_and(|last| *last != name) && name != "_";
                    if !public && !renamed {
                        continue;
                    }
                    let found = self
                        .scopes
                        .resolve(&path, from_crates, Namespace::Value)
                        .paths
                        .iter()
                        .find_map(|path| brought(path));
                    if let Some(kind) = found {
                        let renamed = if renamed { format!(" as {name}") } else { String::new() };
                        let excerpt = format!("{vis}use {}{renamed}", path.join("::"));
                        self.place(kind, item.use_token.span, excerpt, None);
                    }
                }
                Import::Glob(path) if public => {
                    let found =
                        self.scopes.resolve(&path, from_crates, Namespace::Value).paths.iter().find_map(
                            |path| {
                                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                                match path.as_slice() {
                                    ["diesel"]
                                    | ["diesel", "dsl"]
                                    | ["diesel", "expression", "sql_literal"] => Some(Kind::SqlFragment),
                                    [root, "testing"] if root.starts_with("tenancy_") => Some(Kind::Testing),
                                    _ => None,
                                }
                            },
                        );
                    if let Some(kind) = found {
                        self.place(
                            kind,
                            item.use_token.span,
                            format!("{vis}use {}::*", path.join("::")),
                            None,
                        );
                    }
                }
                Import::Glob(_) => {}
            }
        }
    }

    /// `type DbPool = r2d2::Pool<…>`: other files make one by that name.
    pub(in crate::check) fn alias_of_type(&mut self, item: &ItemType) {
        let syn::Type::Path(of) = &*item.ty else { return };
        let written: Vec<String> = of.path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        let resolved = self.scopes.resolve(&written, of.path.leading_colon.is_some(), Namespace::Type);
        let last = written.last().map(String::as_str).unwrap_or_default();
        // What is lent by a pool is none.
        if !resolved.own
            && last.contains("Pool")
            && !last.contains("Pooled")
            && resolved.paths.iter().any(|path| is_client(path))
        {
            let (name, generics, ty) = (&item.ident, &item.generics, &item.ty);
            let excerpt = line(quote!(type #name #generics = #ty));
            self.place(Kind::ConnectionPool, item.ident.span(), excerpt, None);
        }
    }
}
