//! Looking at token trees without parsing them.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// Whether `tree` is the identifier `name`.
pub(crate) fn is_ident(tree: &TokenTree, name: &str) -> bool {
    matches!(tree, TokenTree::Ident(ident) if ident == name)
}

/// Whether `tree` is the character `punct`.
pub(crate) fn is_punct(tree: &TokenTree, punct: char) -> bool {
    matches!(tree, TokenTree::Punct(found) if found.as_char() == punct)
}

/// Whether `->` stands at `at`.
pub(crate) fn is_arrow(trees: &[TokenTree], at: usize) -> bool {
    matches!(trees.get(at..at + 2), Some([dash, arrow]) if is_punct(dash, '-') && is_punct(arrow, '>'))
}

/// `group` with another content.
pub(crate) fn regrouped(group: &Group, content: TokenStream) -> Group {
    let mut regrouped = Group::new(group.delimiter(), content);
    regrouped.set_span(group.span());
    regrouped
}

/// `tokens` without the invisible groups in which a macro's variables arrive.
pub(crate) fn flattened(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => flattened(group.stream()),
            TokenTree::Group(group) => TokenTree::Group(regrouped(&group, flattened(group.stream()))).into(),
            tree => tree.into(),
        })
        .collect()
}

/// All identifiers, at any depth.
pub(crate) fn idents(tokens: impl IntoIterator<Item = TokenTree>) -> Vec<Ident> {
    let mut found = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => found.push(ident),
            TokenTree::Group(group) => found.extend(idents(group.stream())),
            _ => {}
        }
    }
    found
}
