//! What attributes say: whether only tests compile an item, and where a module is.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Item, Lit, Meta, Token};

use crate::check::excerpt::plain;

/// Whether only tests compile what has these attributes. `cfg(any(test, feature = "…"))` is compiled by others as well.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            list.parse_args::<Meta>().is_ok_and(|predicate| implies_test(&predicate))
        }
        // `#[test]`, `#[tokio::test]`, `#[test_log::test]`
        meta => meta.path().segments.last().is_some_and(|last| last.ident == "test" || last.ident == "bench"),
    })
}

fn implies_test(predicate: &Meta) -> bool {
    let Meta::List(list) = predicate else { return predicate.path().is_ident("test") };
    let Ok(inner) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
        return false;
    };
    match () {
        () if list.path.is_ident("all") => inner.iter().any(implies_test),
        () if list.path.is_ident("any") => !inner.is_empty() && inner.iter().all(implies_test),
        () => false,
    }
}

/// The files that `#[path]`, under any `cfg`, says a module is in.
pub(super) fn paths(attributes: &[Attribute]) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in attributes {
        path(&attribute.meta, &mut found);
    }
    found
}

fn path(meta: &Meta, found: &mut Vec<String>) {
    match meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => {
            if let Expr::Lit(literal) = &pair.value
                && let Lit::Str(text) = &literal.lit
            {
                found.push(text.value());
            }
        }
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            for meta in inner.into_iter().flatten().skip(1) {
                path(&meta, found);
            }
        }
        _ => {}
    }
}

/// Whether one of the attributes has this name, with or without a path.
pub(super) fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|one| one.path().segments.last().is_some_and(|last| plain(&last.ident) == name))
}

/// An item's attributes.
pub(super) fn of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// What a report calls an item.
pub(super) fn name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => return item.ident.as_ref().map(|name| format!("macro_rules {}", plain(name))),
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(plain(name))
}
