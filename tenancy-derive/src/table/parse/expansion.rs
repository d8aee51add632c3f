//! Reads the module that `diesel::table!` expands to, item by item.
//!
//! Only item boundaries and `impl` headers are looked at. Parsing the whole module with `syn` costs two thirds of the
//! compile time that scoping adds, and nearly all of it is passed on unchanged.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

use super::attribute::Attribute;
use crate::tokens::{is_ident, is_punct, regrouped};

/// A module split into its head (attributes, visibility, `mod name`) and its items.
pub(crate) struct Module {
    head: Vec<TokenTree>,
    pub(crate) name: Ident,
    pub(crate) items: Vec<Item>,
    group: Group,
}

/// One item of a module.
pub(crate) struct Item {
    pub(crate) tokens: Vec<TokenTree>,
    pub(crate) header: Header,
}

/// What an item is, as far as patching needs to know.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// `impl Trait<Argument> for Type`, each by the last name of its path; a reference keeps its `&`. Of several arguments
    /// the last one counts.
    Impl {
        of: String,
        argument: Option<Ident>,
        on: String,
    },
    /// `mod name { … }`
    Module(String),
    /// `pub type name …`
    TypeAlias(String),
    Struct,
    Other,
}

impl Module {
    /// Splits `tokens`, or gives them back when they are no module with a body.
    pub(crate) fn split(tokens: TokenStream) -> Result<Self, TokenStream> {
        let mut head = Vec::new();
        let mut name = None;
        let mut trees = tokens.clone().into_iter();
        while let Some(tree) = trees.next() {
            match tree {
                TokenTree::Ident(ident) if ident == "mod" && name.is_none() => {
                    head.push(TokenTree::Ident(ident));
                    if let Some(TokenTree::Ident(module)) = trees.next() {
                        name = Some(module.clone());
                        head.push(TokenTree::Ident(module));
                    }
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let Some(name) = name else { return Err(tokens) };
                    let items = split_items(group.stream());
                    return Ok(Module { head, name, items, group });
                }
                other => head.push(other),
            }
        }
        Err(tokens)
    }

    /// The module with `body` instead of its own.
    pub(crate) fn with_body(&self, body: TokenStream) -> TokenStream {
        let body = TokenTree::Group(regrouped(&self.group, body));
        self.head.iter().cloned().chain([body]).collect()
    }

    /// The module with `items` after its own, which are passed on as they are.
    pub(crate) fn with_items(&self, items: TokenStream) -> TokenStream {
        let mut body = self.group.stream();
        body.extend(items);
        self.with_body(body)
    }

    /// The module as it was.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.with_items(TokenStream::new())
    }

    /// Takes the first attribute by one of `names` away.
    pub(crate) fn take_attribute(&mut self, names: &[&str]) -> Option<Attribute> {
        let (at, attribute) = self.head.windows(2).enumerate().find_map(|(at, trees)| {
            let attribute = Attribute::read(trees)?;
            names.contains(&attribute.name.to_string().as_str()).then_some((at, attribute))
        })?;
        self.head.drain(at..at + 2);
        Some(attribute)
    }
}

impl Item {
    /// Whether this is `impl of for on`.
    pub(crate) fn is_impl(&self, of: &str, on: &str) -> bool {
        matches!(&self.header, Header::Impl { of: o, on: t, .. } if o == of && t == on)
    }

    /// The group that closes the item: an impl's or a module's body.
    pub(crate) fn body(&self) -> Option<&Group> {
        match self.tokens.last() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Some(group),
            _ => None,
        }
    }

    /// The tokens between `type NAME =` and `;` in an impl's body.
    pub(crate) fn associated_type(&self, name: &str) -> Option<Vec<TokenTree>> {
        let mut trees = self.body()?.stream().into_iter();
        while let Some(tree) = trees.next() {
            if !is_ident(&tree, "type") {
                continue;
            }
            if !trees.next().is_some_and(|tree| is_ident(&tree, name)) {
                continue;
            }
            trees.next(); // `=`
            return Some(trees.by_ref().take_while(|tree| !is_punct(tree, ';')).collect());
        }
        None
    }
}

/// Splits a module's body into items.
///
/// An item ends with `;`, or with a brace group unless it is one that only `;` can end (`use a::{b};`, `const`,
/// `type`, `struct name;`).
pub(crate) fn split_items(body: TokenStream) -> Vec<Item> {
    let mut items = Vec::new();
    let mut tokens = Vec::new();
    let mut keyword = None;
    for tree in body {
        if keyword.is_none()
            && let TokenTree::Ident(ident) = &tree
        {
            let text = ident.to_string();
            keyword = ITEM_KEYWORDS.iter().find(|known| **known == text).copied();
        }
        let ends = match &tree {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                !matches!(keyword, Some("use" | "const" | "type" | "static"))
            }
            _ => false,
        };
        tokens.push(tree);
        if ends {
            items.push(Item { header: header(keyword, &tokens), tokens: std::mem::take(&mut tokens) });
            keyword = None;
        }
    }
    if !tokens.is_empty() {
        items.push(Item { header: Header::Other, tokens });
    }
    items
}

const ITEM_KEYWORDS: [&str; 11] =
    ["use", "mod", "const", "static", "type", "struct", "enum", "impl", "fn", "trait", "macro_rules"];

fn header(keyword: Option<&str>, tokens: &[TokenTree]) -> Header {
    match keyword {
        Some("impl") => impl_header(tokens).unwrap_or(Header::Other),
        Some("struct") => Header::Struct,
        Some(keyword @ ("mod" | "type")) => {
            let mut trees = tokens.iter().skip_while(|tree| !is_ident(tree, keyword)).skip(1);
            match (trees.next(), keyword) {
                (Some(TokenTree::Ident(name)), "mod") => Header::Module(name.to_string()),
                (Some(TokenTree::Ident(name)), _) => Header::TypeAlias(name.to_string()),
                _ => Header::Other,
            }
        }
        _ => Header::Other,
    }
}

fn impl_header(tokens: &[TokenTree]) -> Option<Header> {
    let start = tokens.iter().position(|tree| is_ident(tree, "impl"))? + 1;
    let mut depth = 0_usize;
    let (mut of, mut argument, mut on) = (None, None, None);
    let mut after_for = false;
    let mut reference = false;
    let mut previous_dash = false;
    for (at, tree) in tokens.iter().enumerate().skip(start) {
        match tree {
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    '<' => depth += 1,
                    '>' if !previous_dash => depth = depth.saturating_sub(1),
                    '&' if after_for && depth == 0 => reference = true,
                    _ => {}
                }
                previous_dash = punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
                continue;
            }
            TokenTree::Ident(ident) if depth == 0 => {
                // Text is compared only where a keyword can stand: this runs for every token, without optimization.
                let in_path = tokens.get(at + 1).is_some_and(|next| is_punct(next, ':'));
                if !in_path && ident == "where" {
                    break;
                } else if !in_path && !after_for && ident == "for" {
                    after_for = true;
                } else if after_for {
                    on = Some(ident);
                } else {
                    (of, argument) = (Some(ident), None);
                }
            }
            TokenTree::Ident(ident) if depth == 1 && !after_for => argument = Some(ident),
            TokenTree::Group(group) if depth == 0 && group.delimiter() == Delimiter::Brace => break,
            _ => {}
        }
        previous_dash = false;
    }
    let (of, on) = (of?.to_string(), on?.to_string());
    let on = if reference { format!("&{on}") } else { on };
    Some(Header::Impl { of, argument: argument.cloned(), on })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn headers_name_the_trait_and_the_type() {
        let items = split_items(quote! {
            use a::{b, c};
            impl<T: Fn() -> u8> diesel::Insertable<T> for table where table: Sized { type Values = T; }
            impl<'a, T> x::Insertable<T> for &'a table {}
            #[derive(Debug)] pub struct table;
            pub type SqlType = (A, B,);
            pub mod columns { use super::table; }
            impl table { pub fn star(&self) -> star { star } }
        });
        let headers: Vec<_> = items.iter().map(|item| &item.header).collect();
        let imp = |of: &str, argument: &str, on: &str| Header::Impl {
            of: of.into(),
            argument: Some(quote::format_ident!("{argument}")),
            on: on.into(),
        };
        assert_eq!(
            headers,
            [
                &Header::Other,
                &imp("Insertable", "T", "table"),
                &imp("Insertable", "T", "&table"),
                &Header::Struct,
                &Header::TypeAlias("SqlType".into()),
                &Header::Module("columns".into()),
                &Header::Other,
            ]
        );
        assert_eq!(crate::tokens::idents(items[1].associated_type("Values").unwrap())[0], "T");
    }

    #[test]
    fn a_module_keeps_its_attributes_and_its_name() {
        let mut module = Module::split(quote! { #[allow(x)] pub mod agents { struct table; } }).ok().unwrap();
        assert_eq!(module.name, "agents");
        assert_eq!(module.items.len(), 1);
        assert_eq!(
            module.with_body(TokenStream::new()).to_string(),
            quote! { #[allow(x)] pub mod agents {} }.to_string()
        );
        assert!(module.take_attribute(&["tenant_global"]).is_none());
        assert!(module.take_attribute(&["allow"]).is_some());
        assert_eq!(module.into_tokens().to_string(), quote! { pub mod agents { struct table; } }.to_string());
        assert!(Module::split(quote! { struct Agent; }).is_err());
    }
}
