//! An attribute, `#[path(arguments)]` or `#![path(arguments)]`.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use crate::tokens::is_punct;

pub(crate) struct Attribute {
    /// The last name of its path.
    pub(crate) name: Ident,
    /// What is in its parentheses.
    pub(crate) arguments: TokenStream,
    pub(crate) tokens: TokenStream,
}

impl Attribute {
    /// Reads `#[…]` or `#![…]`, if `trees` are that and no more.
    pub(crate) fn read(trees: &[TokenTree]) -> Option<Self> {
        let content = match trees {
            [pound, TokenTree::Group(content)] if is_punct(pound, '#') => content,
            [pound, bang, TokenTree::Group(content)] if is_punct(pound, '#') && is_punct(bang, '!') => {
                content
            }
            _ => return None,
        };
        let content: Vec<TokenTree> = content.stream().into_iter().collect();
        let name = content
            .iter()
            .take_while(|tree| {
                matches!(tree, TokenTree::Ident(_) | TokenTree::Punct(_)) && !is_punct(tree, '=')
            })
            .filter_map(|tree| match tree {
                TokenTree::Ident(ident) => Some(ident.clone()),
                _ => None,
            })
            .last()?;
        let arguments = match content.last() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => group.stream(),
            _ => TokenStream::new(),
        };
        Some(Attribute { name, arguments, tokens: trees.iter().cloned().collect() })
    }
}
