//! `tables = tenancy_rls`: the file's tables as data, so that no second list of them can forget one.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Path;
use syn::spanned::Spanned as _;

use super::contents::Contents;

/// `pub fn tables()`, by the crate at `path`.
pub(crate) fn function(path: &Path, contents: &Contents) -> TokenStream {
    let tables = contents.tables.iter().map(|table| &table.path);
    // What the crate has no description for is told where it is named.
    quote_spanned! {path.span()=>
        /// All tables of the file, as data: what row-level security is generated from.
        #[allow(dead_code, unreachable_pub)]
        #[must_use]
        pub fn tables() -> #path::Tables {
            #path::Tables::new()#(.table::<#tables::table>())*
        }
    }
}
