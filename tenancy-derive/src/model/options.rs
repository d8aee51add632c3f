//! What `#[tenant_scoped(…)]` and `#[diesel(…)]` on a model say.

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Path, Token, Type};

use crate::mistake::{Code, Mistakes};

const OPTION: Code = Code("T0204");
const FORM: &str =
    "the options are `#[tenant_scoped(tenant = field, id = Type, crate = path)]`, each of them optional";

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

enum Given {
    Tenant(Ident, Ident),
    Id(Ident, Box<Type>),
    Crate(proc_macro2::Span, Path),
    Unknown(Ident),
}

impl Parse for Given {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![crate]) {
            let key: Token![crate] = input.parse()?;
            input.parse::<Token![=]>()?;
            return Ok(Given::Crate(key.span, input.call(Path::parse_mod_style)?));
        }
        let key: Ident = input.parse()?;
        match key.to_string().as_str() {
            "tenant" => {
                input.parse::<Token![=]>()?;
                Ok(Given::Tenant(key, input.parse()?))
            }
            "id" => {
                input.parse::<Token![=]>()?;
                Ok(Given::Id(key, Box::new(input.parse()?)))
            }
            _ => {
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
                Ok(Given::Unknown(key))
            }
        }
    }
}

impl Options {
    pub(crate) fn read(input: &DeriveInput, mistakes: &mut Mistakes) -> Self {
        let mut options = Options {
            tenant: None,
            id: None,
            krate: syn::parse_quote!(::tenancy_diesel),
            table: None,
            parents: Vec::new(),
        };
        let mut crate_given = false;
        for attribute in &input.attrs {
            if attribute.path().is_ident("diesel") {
                options.read_diesel(attribute);
            }
            if !attribute.path().is_ident("tenant_scoped") {
                continue;
            }
            let given = match attribute.parse_args_with(Punctuated::<Given, Token![,]>::parse_terminated) {
                Ok(given) => given,
                Err(error) => {
                    mistakes.syntax(OPTION, &error, FORM);
                    continue;
                }
            };
            for given in given {
                let (span, key, repeated) = match given {
                    Given::Tenant(key, field) => {
                        (key.span(), "tenant", options.tenant.replace(field).is_some())
                    }
                    Given::Id(key, id) => (key.span(), "id", options.id.replace(*id).is_some()),
                    Given::Crate(span, path) => {
                        options.krate = path;
                        (span, "crate", std::mem::replace(&mut crate_given, true))
                    }
                    Given::Unknown(key) => {
                        mistakes.add(
                            OPTION,
                            key.span(),
                            format!("`tenant_scoped` on a model has no option `{key}`"),
                            FORM,
                        );
                        continue;
                    }
                };
                if repeated {
                    mistakes.add(OPTION, span, format!("`{key}` is given twice"), "keep one of them");
                }
            }
        }
        options
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
                content.parse::<proc_macro2::TokenStream>()?;
            } else if meta.input.peek(Token![=]) {
                meta.value()?;
                while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                    meta.input.parse::<proc_macro2::TokenTree>()?;
                }
            } else if meta.input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in meta.input);
                content.parse::<proc_macro2::TokenStream>()?;
            }
            Ok(())
        });
    }
}
