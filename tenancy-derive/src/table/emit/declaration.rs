//! `diesel::table!`, with the attribute that says whose the table is.

use proc_macro2::TokenStream;
use quote::quote;

use crate::table::check::Owner;
use crate::table::parse::{Declaration, GLOBAL, SCOPED};

/// The declaration as Diesel takes it. Without an owner, after a mistake, it is a plain table.
pub(crate) fn declaration(declaration: &Declaration, owner: Option<&Owner>) -> TokenStream {
    let Declaration { uses, body, .. } = declaration;
    let kept = declaration
        .attributes
        .iter()
        .filter(|attribute| attribute.name != SCOPED && attribute.name != GLOBAL)
        .map(|attribute| &attribute.tokens);
    let owner = owner.map(|owner| match owner {
        Owner::Tenants { ownership, krate } => quote!(#[#krate::tenant_scoped(#ownership, crate = #krate)]),
        Owner::Nobody(options) => {
            let krate = &options.krate;
            let reason = options.reason.as_ref().map(|reason| quote!(reason = #reason,));
            quote!(#[#krate::tenant_global(#reason crate = #krate)])
        }
    });
    quote! { ::diesel::table! { #uses #owner #(#kept)* #body } }
}
