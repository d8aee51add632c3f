//! What `#[tenant_scoped(…)]` and `#[diesel(…)]` on a model say.

use proc_macro2::{Ident, TokenStream};
use syn::{DeriveInput, Path, Token, Type};

use crate::codes::{self, Place};
use crate::mistake::Mistakes;
use crate::options::{self, Reader};

/// The options of a model.
pub(crate) struct Options {
    /// The field that holds the tenant.
    pub(crate) tenant: Option<Ident>,
    /// The type of the tenant's id, for a model without the field.
    pub(crate) id: Option<Type>,
    pub(crate) krate: Path,
    /// Diesel's `table_name`.
    pub(crate) table: Option<Path>,
    /// The parents of Diesel's `belongs_to`.
    pub(crate) parents: Vec<Path>,
}

impl Options {
    pub(crate) fn read(input: &DeriveInput, mistakes: &mut Mistakes) -> Self {
        let mut options = Options {
            tenant: None,
            id: None,
            krate: options::default_crate(),
            table: None,
            parents: Vec::new(),
        };
        let mut reader = Reader::of(Place::Model);
        for attribute in &input.attrs {
            if attribute.path().is_ident("diesel") {
                options.read_diesel(attribute);
            } else if attribute.path().is_ident("tenant_scoped") {
                match attribute.meta.require_list() {
                    Ok(list) => options.read_ours(list.tokens.clone(), &mut reader, mistakes),
                    Err(error) => mistakes.add(error.span(), codes::syntax(Place::Model, &error)),
                }
            }
        }
        options
    }

    fn read_ours(&mut self, list: TokenStream, reader: &mut Reader, mistakes: &mut Mistakes) {
        reader.read(list, mistakes, |key, input, _| {
            match key.to_string().as_str() {
                "tenant" => self.tenant = Some(options::value(input)?),
                "id" => self.id = Some(options::value(input)?),
                "crate" => self.krate = options::path(input)?,
                _ => return Ok(false),
            }
            Ok(true)
        });
    }

    /// Diesel's own derives complain about what is wrong in `#[diesel(…)]`; here only two of its keys matter.
    fn read_diesel(&mut self, attribute: &syn::Attribute) {
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("table_name") {
                self.table = Some(meta.value()?.call(Path::parse_mod_style)?);
            } else if meta.path.is_ident("belongs_to") {
                let content;
                syn::parenthesized!(content in meta.input);
                self.parents.push(content.call(Path::parse_mod_style)?);
                content.parse::<TokenStream>()?;
            } else if meta.input.peek(Token![=]) {
                meta.value()?;
                options::skip(meta.input)?;
            } else if meta.input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in meta.input);
                content.parse::<TokenStream>()?;
            }
            Ok(())
        });
    }
}
