//! Sees to it that every table of the file is declared by the macro that stands in for Diesel's.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

use super::file::{File, OF_DIESEL, is_bare, macro_call, module_name};
use crate::codes;
use crate::listed::{Global, Listed, Scoped};
use crate::mistake::{Mistake, Mistakes};
use crate::table::Declaration;
use crate::tokens::{is_ident, is_punct};

/// Refuses what could be a table that is not scoped, and notes which of the listed tables there are.
pub(crate) fn tables(
    file: &File,
    scoped: &Listed<Scoped>,
    globals: &Listed<Global>,
    mistakes: &mut Mistakes,
) {
    let mut check = Check { include: file.include, scoped, globals, mistakes, by_others: Vec::new() };
    check.module(file.tokens.clone());
    // However many: a file is written in one way.
    if let [first, others @ ..] = check.by_others.as_slice() {
        check.mistakes.add(file.include, codes::not_by_diesel(first, others.len()));
    }
}

struct Check<'a> {
    include: Span,
    scoped: &'a Listed<Scoped>,
    globals: &'a Listed<Global>,
    mistakes: &'a mut Mistakes,
    /// The tables that are not declared by Diesel's macro.
    by_others: Vec<String>,
}

impl Check<'_> {
    fn module(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for at in 0..trees.len() {
            if let Some(name) = module_name(&trees, at) {
                match trees.get(at + 2) {
                    Some(TokenTree::Group(body)) => self.module(body.stream()),
                    _ => self.refuse(codes::module_elsewhere(name)),
                }
            } else if let TokenTree::Group(block) = &trees[at]
                && block.delimiter() == Delimiter::Brace
                && !follows_module_or_macro(&trees, at)
            {
                self.block(block.stream());
            } else if let Some((name, arguments)) = macro_call(&trees, at) {
                match name.as_str() {
                    "table" => self.table(&trees, at, arguments),
                    name if OF_DIESEL.contains(&name) => {}
                    other => self.refuse(codes::foreign_macro(other)),
                }
            }
        }
    }

    /// What is in braces and no module: nothing there is declared by us.
    fn block(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for at in 0..trees.len() {
            match &trees[at] {
                TokenTree::Group(group) => self.block(group.stream()),
                _ if macro_call(&trees, at).is_some() => self.refuse(codes::macro_in_block()),
                _ => {}
            }
        }
    }

    fn table(&mut self, trees: &[TokenTree], at: usize, declaration: &Group) {
        let declared: Vec<TokenTree> = declaration.stream().into_iter().collect();
        let declaration = Declaration::read(&declared, &mut 0);
        if let Ok(Declaration { schema, name, .. }) = &declaration {
            // Known, whatever is wrong with it.
            self.scoped.find(schema.as_ref(), name);
            self.globals.find(schema.as_ref(), name);
        }
        // What is called without a path is called by ours: see `file`.
        if !is_bare(trees, at) && !is_by_diesel(&trees[..at]) {
            self.by_others.push(
                declaration.map_or_else(|_| "table".into(), |declaration| declaration.name.to_string()),
            );
        }
    }

    fn refuse(&mut self, mistake: Mistake) {
        self.mistakes.add(self.include, mistake);
    }
}

/// Whether a macro's name stands after `diesel::`, and that not after `::`.
fn is_by_diesel(before: &[TokenTree]) -> bool {
    matches!(before, [.., diesel, one, two] if is_ident(diesel, "diesel") && is_punct(one, ':') && is_punct(two, ':'))
        && !matches!(before, [.., colon, _, _, _] if is_punct(colon, ':'))
}

/// Whether the group at `at` is a module's body or a macro's arguments, which are looked at as such.
fn follows_module_or_macro(trees: &[TokenTree], at: usize) -> bool {
    let module = at.checked_sub(2).is_some_and(|start| module_name(trees, start).is_some());
    let call = at.checked_sub(1).is_some_and(|bang| is_punct(&trees[bang], '!'));
    module || call
}
