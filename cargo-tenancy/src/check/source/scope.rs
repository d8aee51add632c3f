//! What names mean in a file: its imports, renames, aliases of types, and what it declares itself.

use std::collections::HashMap;

use syn::{Item, UseTree};

use crate::check::excerpt::plain;

/// The crates whose `*` may bring a name that matters.
pub(in crate::check) fn is_of_family(root: &str) -> bool {
    root == "diesel" || root == "diesel_async" || is_ours(root)
}

/// Whether a crate is one of this workspace.
pub(in crate::check) fn is_ours(root: &str) -> bool {
    root.starts_with("tenancy_")
}

enum Meaning {
    /// Of an import, or of an alias of a type; of several where each is under a `cfg`.
    Paths(Vec<Vec<String>>),
    /// Declared here.
    Own(Namespace),
}

/// What a name is of: Rust has three kinds of names, and one of a kind does not hide those of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) enum Namespace {
    /// Modules, traits and types.
    Type,
    /// Functions and constants.
    Value,
    Macro,
}

/// A module's names, or those of a block.
#[derive(Default)]
struct Scope {
    names: HashMap<String, Meaning>,
    globs: Vec<Vec<String>>,
}

impl Scope {
    fn means(&mut self, name: String, path: Vec<String>) {
        match self.names.get_mut(&name) {
            Some(Meaning::Paths(paths)) => paths.push(path),
            // What is declared is of another kind of thing, or under another `cfg`.
            Some(Meaning::Own(_)) | None => _ = self.names.insert(name, Meaning::Paths(vec![path])),
        }
    }
}

/// What a path may stand for.
pub(in crate::check) struct Resolved {
    /// Whether the file itself declares its first name, which is then nobody else's.
    pub(in crate::check) own: bool,
    /// Whether an import names it, and not `*`.
    pub(in crate::check) named: bool,
    pub(in crate::check) paths: Vec<Vec<String>>,
    /// How many of them the file declares.
    declared: usize,
}

impl Resolved {
    const fn nothing() -> Self {
        Self { own: false, named: false, paths: Vec::new(), declared: 0 }
    }
}

/// The imports around a place, the innermost last. What an inner module does not say is taken from the outer one, as if it imported
/// `super::*`: a name too many is a place too many, and one too few would hide one.
pub(in crate::check) struct Scopes<'a> {
    /// Crates that the manifest renames.
    renamed: &'a HashMap<String, String>,
    scopes: Vec<Scope>,
}

/// How many imports of imports are followed.
const DEPTH: usize = 8;
/// How many meanings of a name are looked at: more have been made to take time.
const MOST_MEANINGS: usize = 256;

impl<'a> Scopes<'a> {
    pub(super) fn new(renamed: &'a HashMap<String, String>) -> Self {
        Self { renamed, scopes: vec![Scope::default()] }
    }

    pub(super) fn open<'i>(&mut self, items: impl Iterator<Item = &'i Item>) {
        self.scopes.push(Scope::default());
        for item in items {
            self.declare(item);
        }
    }

    pub(super) fn close(&mut self) {
        self.scopes.pop();
    }

    /// Takes up what `item` means for the names around it.
    pub(super) fn declare(&mut self, item: &Item) {
        let Some(scope) = self.scopes.last_mut() else { return };
        let (name, namespace) = match item {
            Item::Use(item) => {
                for import in imports(&item.tree) {
                    match import {
                        Import::Name { path, name } => scope.means(name, path),
                        Import::Glob(path) => scope.globs.push(path),
                    }
                }
                return;
            }
            Item::ExternCrate(item) => {
                let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
                scope.means(plain(name), vec![plain(&item.ident)]);
                return;
            }
            Item::Type(item) => {
                if let syn::Type::Path(path) = &*item.ty {
                    let path = path.path.segments.iter().map(|segment| plain(&segment.ident)).collect();
                    scope.means(plain(&item.ident), path);
                }
                return;
            }
            Item::Fn(item) => (&item.sig.ident, Namespace::Value),
            Item::Const(item) => (&item.ident, Namespace::Value),
            Item::Static(item) => (&item.ident, Namespace::Value),
            Item::Mod(item) => (&item.ident, Namespace::Type),
            Item::Struct(item) => (&item.ident, Namespace::Type),
            Item::Enum(item) => (&item.ident, Namespace::Type),
            Item::Trait(item) => (&item.ident, Namespace::Type),
            Item::Macro(item) => match &item.ident {
                Some(name) => (name, Namespace::Macro),
                None => return,
            },
            _ => return,
        };
        // An import of the same name is of another kind of thing, or under another `cfg`.
        scope.names.entry(plain(name)).or_insert(Meaning::Own(namespace));
    }

    /// What `path` may stand for, outermost name first; `last` is what its last name is of.
    pub(in crate::check) fn resolve(&self, path: &[String], from_crates: bool, last: Namespace) -> Resolved {
        let mut resolved = Resolved::nothing();
        if from_crates {
            resolved.paths.push(path.to_vec());
        } else {
            self.look_up(path, last, self.scopes.len(), DEPTH, &mut resolved);
        }
        // Under another `cfg` it may be somebody else's.
        resolved.own = resolved.declared == resolved.paths.len();
        for path in &mut resolved.paths {
            if let Some(name) = path.first().and_then(|root| self.renamed.get(root)) {
                path[0].clone_from(name);
            }
        }
        resolved
    }

    fn look_up(&self, path: &[String], last: Namespace, from: usize, depth: usize, resolved: &mut Resolved) {
        let Some(first) = path.first().filter(|_| resolved.paths.len() < MOST_MEANINGS) else { return };
        let of_first = if path.len() > 1 { Namespace::Type } else { last };
        if matches!(first.as_str(), "crate" | "self" | "super" | "Self") {
            resolved.paths.push(path.to_vec());
            // `super::query`, where the file has an import of that name.
            let mut rest = Resolved::nothing();
            if depth > 0 {
                self.look_up(&path[1..], last, from, depth - 1, &mut rest);
            }
            if rest.named {
                resolved.named = true;
                resolved.paths.extend(rest.paths);
            }
            return;
        }
        for (at, scope) in self.scopes.iter().enumerate().take(from).rev() {
            match scope.names.get(first) {
                Some(Meaning::Own(of)) if *of == of_first => {
                    resolved.declared += 1;
                    resolved.paths.push(path.to_vec());
                    return;
                }
                Some(Meaning::Paths(meanings)) => {
                    resolved.named = true;
                    for meaning in meanings {
                        let whole: Vec<String> = meaning.iter().chain(&path[1..]).cloned().collect();
                        // `use diesel;` means itself, and so does what goes round in circles.
                        if depth == 0 || meaning.first() == Some(first) {
                            resolved.paths.push(whole);
                        } else {
                            self.look_up(&whole, last, at + 1, depth - 1, resolved);
                        }
                    }
                    return;
                }
                Some(Meaning::Own(_)) | None => {}
            }
            for glob in &scope.globs {
                let root = glob.first().map(String::as_str).unwrap_or_default();
                let root = self.root(root, at + 1);
                if is_of_family(&root) {
                    let rest = glob.iter().skip(1).chain(path).cloned();
                    resolved.paths.push(std::iter::once(root).chain(rest).collect());
                }
            }
        }
        resolved.paths.push(path.to_vec());
    }

    /// The crate that a root of an import stands for.
    fn root(&self, name: &str, from: usize) -> String {
        for scope in self.scopes.iter().take(from).rev() {
            if let Some(Meaning::Paths(paths)) = scope.names.get(name)
                && let Some(root) = paths.iter().filter_map(|path| path.first()).find(|root| *root != name)
            {
                return self.renamed.get(root).unwrap_or(root).clone();
            }
        }
        self.renamed.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// What one `use` brings.
pub(in crate::check) enum Import {
    Name { path: Vec<String>, name: String },
    Glob(Vec<String>),
}

/// Each import of a tree, with its whole path.
pub(in crate::check) fn imports(tree: &UseTree) -> Vec<Import> {
    let mut found = Vec::new();
    collect(tree, &mut Vec::new(), &mut found);
    found
}

fn collect(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<Import>) {
    let mut add = |before: &[String], last: String, name: String| {
        let mut path = before.to_vec();
        // `use diesel::dsl::{self}`
        if last != "self" || path.is_empty() {
            path.push(last.clone());
        }
        let name = if name == "self" { path.last().cloned().unwrap_or(name) } else { name };
        found.push(Import::Name { path, name });
    };
    match tree {
        UseTree::Path(path) => {
            before.push(plain(&path.ident));
            collect(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) => add(before, plain(&name.ident), plain(&name.ident)),
        UseTree::Rename(rename) => add(before, plain(&rename.ident), plain(&rename.rename)),
        UseTree::Glob(_) => found.push(Import::Glob(before.clone())),
        UseTree::Group(group) => {
            for tree in &group.items {
                collect(tree, before, found);
            }
        }
    }
}
