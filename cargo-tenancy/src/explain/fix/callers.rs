//! Who calls a function, by its name.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::scopes::Function;
use crate::explain::complaint::Place;
use crate::explain::source::{Range, Sources};

/// Where the package in `folder` mentions a function of this name, but for its definition. A call of another function of that name is
/// among them: names are all that there is without the compiler.
pub(super) fn callers(folder: &Path, function: &Function, sources: &mut Sources) -> Vec<Place> {
    let mut files = Vec::new();
    rust_files(folder, &mut files);
    files.sort();
    let mut places = Vec::new();
    for file in files {
        let Some(source) = sources.get(&file) else { continue };
        let mut calls = Calls { function, found: Vec::new() };
        calls.visit_file(&source.file);
        calls.found.sort();
        places.extend(calls.found.iter().map(|range| Place {
            file: file.clone(),
            line: range.start.0,
            column: range.start.1,
            end: range.end,
            in_macro: false,
        }));
    }
    places
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    // A folder that cannot be read has no callers that one could show.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Not through a link, which may lead round in a circle; not what cargo builds, nor another package.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !name.starts_with('.') && name != "target" && !path.join("Cargo.toml").is_file() {
            rust_files(&path, files);
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
}

struct Calls<'a> {
    function: &'a Function,
    found: Vec<Range>,
}

impl Calls<'_> {
    /// In a macro's input: the name before brackets, and not after `fn`.
    fn in_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.in_tokens(group.stream()),
                TokenTree::Ident(name) if *name == self.function.name => {
                    let defined =
                        index > 0 && matches!(&tokens[index - 1], TokenTree::Ident(word) if word == "fn");
                    if !defined && matches!(tokens.get(index + 1), Some(TokenTree::Group(_))) {
                        self.found.push(Range::of_span(name.span()));
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(last) = path.path.segments.last()
            && last.ident == self.function.name
        {
            self.found.push(Range::of(path));
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if self.function.method && call.method == self.function.name {
            self.found.push(Range::of(&call.method));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, of: &'ast syn::Macro) {
        self.in_tokens(of.tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_mentions_and_what_stands_in_a_macro_are_found_and_the_definition_is_not() {
        let text = "fn list() {}\nfn a() { list(); x.list(); get(list); m::list::<i32>(); }\nfn b() { assert_eq!(list(), fn_of(list2())); }\nitems! { fn list() {} }\n";
        let file = syn::parse_file(text).expect("it is Rust");
        let found = |method: bool| {
            let function = Function { name: "list".to_owned(), line: 1, method };
            let mut calls = Calls { function: &function, found: Vec::new() };
            calls.visit_file(&file);
            calls.found.iter().map(|range| range.start).collect::<Vec<_>>()
        };
        // Another type's method of that name calls no function.
        assert_eq!(found(false), [(2, 10), (2, 32), (2, 39), (3, 21)]);
        assert_eq!(found(true), [(2, 10), (2, 20), (2, 32), (2, 39), (3, 21)]);
    }
}
