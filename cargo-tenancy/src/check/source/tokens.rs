//! The way through tokens that are no Rust by themselves: the rules of `macro_rules!`, and what macros of their own grammar are given.
//!
//! It knows less than the way through syntax, so it takes for a call what looks like one.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Item};

use super::Reader;
use crate::check::excerpt::{line, plain};
use crate::check::rules::{Arguments, Call, Mention};

impl Reader<'_> {
    pub(super) fn walk(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        self.scopes.open(std::iter::empty());
        let mut at = 0;
        while at < trees.len() {
            at = self.step(&trees, at);
        }
        self.scopes.close();
    }

    /// Looks at what begins at `at`, and says where the next thing begins.
    fn step(&mut self, trees: &[TokenTree], at: usize) -> usize {
        match &trees[at] {
            TokenTree::Group(group) => {
                self.walk(group.stream());
                at + 1
            }
            TokenTree::Ident(word) if word == "use" => self.import_of(trees, at),
            TokenTree::Ident(word) if word == "impl" => {
                self.implementation_of(trees, at);
                at + 1
            }
            TokenTree::Punct(punct) if punct.as_char() == '.' => self.method(trees, at),
            TokenTree::Ident(_) => self.path_of(trees, at),
            // `::diesel::sql_query`, where no path stands before.
            TokenTree::Punct(punct) if punct.as_char() == ':' && is_colons(trees, at) => {
                match trees.get(at + 2) {
                    Some(TokenTree::Ident(_)) => self.path_of(trees, at),
                    _ => at + 2,
                }
            }
            _ => at + 1,
        }
    }

    fn import_of(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let end = trees[at..].iter().position(|tree| is(tree, ';')).map_or(trees.len(), |end| at + end + 1);
        if trees[at..end].iter().any(|tree| is(tree, '$') || has_variable(tree)) {
            self.import_of_variable(&trees[at..end]);
        }
        let tokens: TokenStream = without_dollars(&trees[at..end]).into_iter().collect();
        match syn::parse2::<Item>(tokens) {
            Ok(item @ Item::Use(_)) => {
                self.scopes.declare(&item);
                if let Item::Use(item) = &item {
                    self.import(item);
                }
                end
            }
            _ => at + 1,
        }
    }

    /// `use diesel::$name;`, `use diesel::{$($name),*};`
    fn import_of_variable(&mut self, item: &[TokenTree]) {
        let begin = if is_colons(item, 1) { 3 } else { 1 };
        let mut end = begin;
        let mut path = Vec::new();
        while let Some(TokenTree::Ident(name)) = item.get(end) {
            path.push(plain(name));
            if !is_colons(item, end + 1) {
                return;
            }
            end += 3;
        }
        if !path.is_empty() {
            self.goes_on_unread(&path, begin == 3, item.iter().cloned().collect(), item[0].span());
        }
    }

    /// `impl<…> Trait<…> for Type<…> {`: the names before `for`.
    fn implementation_of(&mut self, trees: &[TokenTree], at: usize) {
        let is_end = |tree: &TokenTree| {
            is(tree, ';') || matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
        };
        let Some(end) = trees[at..].iter().position(is_end).map(|end| at + end) else { return };
        let head = &trees[at + 1..end];
        let mut depth = 0_i32;
        let mut path = Vec::new();
        let mut from_crates = false;
        for (index, tree) in head.iter().enumerate() {
            match tree {
                TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
                // Not the end of an arrow.
                TokenTree::Punct(punct) if punct.as_char() == '>' => {
                    depth -= i32::from(!index.checked_sub(1).is_some_and(|before| is(&head[before], '-')));
                }
                TokenTree::Ident(word) if depth == 0 && word == "for" => {
                    let excerpt = line(trees[at..end].iter().cloned().collect());
                    let body = trees.get(end).map(ToTokens::to_token_stream).unwrap_or_default();
                    let types = types_of(body);
                    return self.implementation(&path, from_crates, &types, excerpt, trees[at].span());
                }
                TokenTree::Ident(word) if depth == 0 && word == "where" => return,
                TokenTree::Ident(word) if depth == 0 => path.push(plain(word)),
                TokenTree::Punct(punct) if punct.as_char() == ':' && depth == 0 && path.is_empty() => {
                    from_crates = true;
                }
                _ => {}
            }
        }
    }

    /// `.name(…)` or `.name::<…>(…)`
    fn method(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let Some(TokenTree::Ident(name)) = trees.get(at + 1) else { return at + 1 };
        let after = after_types(trees, at + 2);
        let Some(TokenTree::Group(group)) = trees.get(after) else { return at + 2 };
        if group.delimiter() == Delimiter::Parenthesis {
            let arguments = arguments(group);
            let receiver = receiver(trees, at);
            let called = plain(name);
            self.call(&Call {
                receiver: receiver.as_ref(),
                name: &called,
                arguments: &arguments,
                at: name.span(),
            });
        }
        after
    }

    /// A path, and what it is called with.
    fn path_of(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let from_crates = is_colons(trees, at);
        let mut end = if from_crates { at + 2 } else { at };
        let mut path = Vec::new();
        let mut turbofish = false;
        while let Some(TokenTree::Ident(name)) = trees.get(end) {
            path.push(plain(name));
            let after = after_types(trees, end + 1);
            turbofish = after > end + 1;
            end = after;
            if is_colons(trees, end) && matches!(trees.get(end + 2), Some(TokenTree::Ident(_))) {
                end += 2;
            } else {
                break;
            }
        }
        let span = trees[at].span();
        let text = |end: usize| -> TokenStream { trees[at..end].iter().cloned().collect() };
        if !path.is_empty() && is_colons(trees, end) && is_variable(trees, end + 2) {
            let whole = text((end + 4).min(trees.len()));
            self.goes_on_unread(&path, from_crates, whole, span);
            return end + 2;
        }
        match (trees.get(end), trees.get(end + 1)) {
            (Some(bang), Some(next)) if is(bang, '!') && !is(next, '=') => {
                // `macro_rules! name {`
                let group = match next {
                    TokenTree::Ident(_) => trees.get(end + 2),
                    other => Some(other),
                };
                if let Some(TokenTree::Group(group)) = group {
                    self.macro_call(&path, from_crates, &group.stream(), span);
                }
                end + 1
            }
            (Some(TokenTree::Group(group)), _) if group.delimiter() == Delimiter::Parenthesis => {
                self.mention(&Mention {
                    path: &path,
                    from_crates,
                    turbofish,
                    arguments: Some(&arguments(group)),
                    whole: &text(end + 1),
                    at: span,
                });
                end
            }
            _ => {
                // What begins with a capital is a type more often than a value.
                let is_value = path.last().is_some_and(|last| last.starts_with(|c: char| c.is_lowercase()));
                if is_value {
                    let whole = text(end);
                    self.mention(&Mention {
                        path: &path,
                        from_crates,
                        turbofish,
                        arguments: None,
                        whole: &whole,
                        at: span,
                    });
                }
                end.max(at + 1)
            }
        }
    }
}

fn is(tree: &TokenTree, punct: char) -> bool {
    matches!(tree, TokenTree::Punct(one) if one.as_char() == punct)
}

fn is_colons(trees: &[TokenTree], at: usize) -> bool {
    matches!(trees.get(at..at + 2), Some([one, two]) if is(one, ':') && is(two, ':'))
}

/// Whether a variable of a macro begins here, `$name` or `$(…)`, and not `$crate`.
fn is_variable(trees: &[TokenTree], at: usize) -> bool {
    trees.get(at).is_some_and(|tree| is(tree, '$'))
        && !matches!(trees.get(at + 1), Some(TokenTree::Ident(word)) if word == "crate")
}

/// Whether a group has one inside.
fn has_variable(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.stream().into_iter().any(|tree| is(&tree, '$') || has_variable(&tree)))
}

/// What follows `::<…>`, where that stands.
fn after_types(trees: &[TokenTree], at: usize) -> usize {
    if !is_colons(trees, at) || !trees.get(at + 2).is_some_and(|tree| is(tree, '<')) {
        return at;
    }
    let mut depth = 0_i32;
    for (index, tree) in trees.iter().enumerate().skip(at + 2) {
        if is(tree, '<') {
            depth += 1;
        } else if is(tree, '>') && !is(&trees[index - 1], '-') {
            depth -= 1;
            if depth == 0 {
                return index + 1;
            }
        }
    }
    at
}

/// The path before `.`, if there is nothing else.
fn receiver(trees: &[TokenTree], dot: usize) -> Option<Expr> {
    let is_of_path = |tree: &TokenTree| matches!(tree, TokenTree::Ident(_)) || is(tree, ':');
    let begin = trees[..dot].iter().rposition(|tree| !is_of_path(tree)).map_or(0, |before| before + 1);
    syn::parse2(trees[begin..dot].iter().cloned().collect()).ok()
}

/// What stands between the commas; what is no expression is left as it is.
fn arguments(group: &Group) -> Arguments {
    let plain = without_dollars(&group.stream().into_iter().collect::<Vec<_>>());
    let stream: TokenStream = plain.iter().cloned().collect();
    Punctuated::parse_terminated.parse2(stream).unwrap_or_else(|_| {
        plain
            .split(|tree| is(tree, ','))
            .map(|tokens| tokens.iter().cloned().collect::<TokenStream>())
            .filter(|tokens| !tokens.is_empty())
            .map(|tokens| syn::parse2(tokens.clone()).unwrap_or(Expr::Verbatim(tokens)))
            .collect()
    })
}

/// Without the signs of a macro's variables, which are names then.
fn without_dollars(trees: &[TokenTree]) -> Vec<TokenTree> {
    let plain = trees.iter().filter(|tree| !is(tree, '$')).map(|tree| match tree {
        TokenTree::Group(group) => {
            let inner = without_dollars(&group.stream().into_iter().collect::<Vec<_>>());
            let mut plain = Group::new(group.delimiter(), inner.into_iter().collect());
            plain.set_span(group.span());
            plain.into()
        }
        other => other.clone(),
    });
    plain.collect()
}

/// The names of the types that an impl's body says.
fn types_of(body: TokenStream) -> Vec<String> {
    let mut types = Vec::new();
    if let Ok(group) = syn::parse2::<Group>(quote!(#body)) {
        let trees: Vec<TokenTree> = group.stream().into_iter().collect();
        for pair in trees.windows(2) {
            if let [TokenTree::Ident(word), TokenTree::Ident(name)] = pair
                && word == "type"
            {
                types.push(plain(name));
            }
        }
    }
    types
}
