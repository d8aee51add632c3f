//! The names that are ours in a table's module.
//!
//! Diesel imports all columns into that module, and a column can have nearly any name. An item that we add must not have
//! the name of one, nor must a function's parameter: where a unit struct is in scope, its name is no pattern to bind by.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;

use crate::table::parse::Column;
use crate::tokens::regrouped;

/// As the texts in `items` and `refusals` have them.
const IN_TEXTS: [&str; 8] =
    ["__tenancy", "__GroupedTenant", "scope", "cross_tenant", "rhs", "door", "column", "key"];

/// Names that no column of the table has.
pub(crate) struct Names {
    /// This library.
    pub(crate) tenancy: Ident,
    /// What stands for the tenant column in a GROUP BY.
    pub(crate) grouped_tenant: Ident,
    /// `#[diagnostic::do_not_recommend]`, unless a column is in the way: the compiler would look for the attribute in it.
    pub(crate) do_not_recommend: Option<TokenStream>,
    /// The names of the texts that a column has, each with the one that it gives way to. Usually there are none.
    instead: Vec<(&'static str, Ident)>,
}

impl Names {
    pub(crate) fn beside(columns: &[Column]) -> Self {
        let is_taken = |name: &str| columns.iter().any(|column| column.name.unraw() == name);
        let free = |name: &str| {
            let mut name = name.to_owned();
            while is_taken(&name) {
                name.push('_');
            }
            Ident::new(&name, Span::call_site())
        };
        let [tenancy, grouped_tenant, ..] = IN_TEXTS;
        Names {
            tenancy: free(tenancy),
            grouped_tenant: free(grouped_tenant),
            do_not_recommend: (!is_taken("diagnostic")).then(|| quote!(#[diagnostic::do_not_recommend])),
            instead: IN_TEXTS
                .into_iter()
                .filter(|name| is_taken(name))
                .map(|name| (name, free(name)))
                .collect(),
        }
    }

    /// The tokens of a text, which has no column's name in it, with these names.
    pub(crate) fn given_to(&self, text: TokenStream) -> TokenStream {
        if self.instead.is_empty() {
            return text;
        }
        let renamed = |tree| match tree {
            TokenTree::Ident(ident) => {
                let instead = self.instead.iter().find(|(name, _)| ident == name);
                TokenTree::Ident(instead.map_or(ident, |(_, instead)| instead.clone()))
            }
            TokenTree::Group(group) => TokenTree::Group(regrouped(&group, self.given_to(group.stream()))),
            tree => tree,
        };
        text.into_iter().map(renamed).collect()
    }
}
