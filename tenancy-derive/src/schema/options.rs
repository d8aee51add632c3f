//! What `schema! { … }` is given.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token, bracketed};

use super::joins::Join;
use crate::codes::Place;
use crate::listed::{Global, Scoped};
use crate::mistake::Mistakes;
use crate::options::{self, Reader};
use crate::tenant_column::TenantColumn;

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) include: Option<LitStr>,
    pub(crate) tenant_column: Option<TenantColumn>,
    pub(crate) scoped: Punctuated<Scoped, Token![,]>,
    pub(crate) global: Punctuated<Global, Token![,]>,
    pub(crate) joins: Punctuated<Join, Token![,]>,
    /// The crate whose `Tables` are made of the file's.
    pub(crate) tables: Option<Path>,
}

impl Options {
    /// `None` when it is no list of options.
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Option<Self> {
        let mut found = Options::default();
        let read = Reader::of(Place::Schema).read(tokens, mistakes, |key, input, _| {
            match key.to_string().as_str() {
                "include" => found.include = Some(options::value(input)?),
                "tenant_column" => found.tenant_column = Some(options::value(input)?),
                "scoped" => found.scoped = list(input)?,
                "global" => found.global = list(input)?,
                "joins" => found.joins = list(input)?,
                "tables" => found.tables = Some(options::path(input)?),
                _ => return Ok(false),
            }
            Ok(true)
        });
        read.then_some(found)
    }
}

/// `= [entry, …]`
fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Punctuated<T, Token![,]>> {
    input.parse::<Token![=]>()?;
    let list;
    bracketed!(list in input);
    Punctuated::parse_terminated(&list)
}
