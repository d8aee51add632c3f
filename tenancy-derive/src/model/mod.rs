//! `#[derive(TenantScoped)]`: a model that is read and written within a tenant.
//!
//! Stages: `options` reads the attributes, `check` reads the struct against them, `expand` emits.

mod check;
mod expand;
mod options;

use proc_macro2::TokenStream;

use crate::codes;
use crate::mistake::Mistakes;

/// Expands the derive.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let input: syn::DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => {
            mistakes.add(error.span(), codes::not_a_model(&error));
            return mistakes.into_items();
        }
    };
    let options = options::Options::read(&input, &mut mistakes);
    let model = check::check(&input, options, &mut mistakes);
    let tokens = mistakes.into_items();
    match model {
        Some(model) if tokens.is_empty() => expand::expand(&model),
        _ => tokens,
    }
}
