//! What goes round the types: each rule looks at one kind of code.

mod given;
mod implementations;
mod imports;
mod literals;
mod macros;
mod methods;
mod paths;
mod schema;
mod tables;

use proc_macro2::Span;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

pub(super) type Arguments = Punctuated<Expr, Token![,]>;

/// A method that is called.
pub(super) struct Call<'a> {
    pub(super) receiver: Option<&'a Expr>,
    pub(super) name: &'a str,
    pub(super) arguments: &'a Arguments,
    pub(super) at: Span,
}

/// A path in the place of a value, and what it is called with.
pub(super) struct Mention<'a> {
    pub(super) path: &'a [String],
    /// Whether it begins with `::`.
    pub(super) from_crates: bool,
    /// Whether its last name has types, `sql::<Bool>`.
    pub(super) turbofish: bool,
    pub(super) arguments: Option<&'a Arguments>,
    /// The path and its arguments.
    pub(super) whole: &'a dyn ToTokens,
    pub(super) at: Span,
}

/// Whether a name is a type's, by how names are written.
fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}
