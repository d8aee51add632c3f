//! What `#[tenant_scoped(…)]` and `#[tenant_global(…)]` on a table say.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{LitStr, Path, Token};

use crate::mistake::{Code, Mistakes};

const OPTION: Code = Code("T0103");
const DUPLICATE: Code = Code("T0104");
const SCOPED_FORM: &str =
    "write `#[tenant_scoped(tenant_id)]`, with the name of the column that holds the tenant";
const GLOBAL_FORM: &str =
    "write `#[tenant_global]`, or `#[tenant_global(reason = \"…\")]` for a table that has the tenant column";

/// `#[tenant_scoped(column, crate = path)]`
#[derive(Debug)]
pub(crate) struct ScopedOptions {
    pub(crate) column: Option<Ident>,
    pub(crate) krate: Path,
}

/// `#[tenant_global(reason = "…", crate = path)]`
#[derive(Debug)]
pub(crate) struct GlobalOptions {
    pub(crate) reason: Option<LitStr>,
    pub(crate) krate: Path,
}

enum Given {
    Word(Ident),
    Crate(Span, Path),
    Reason(Span, LitStr),
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
        if !input.peek(Token![=]) {
            return Ok(Given::Word(key));
        }
        input.parse::<Token![=]>()?;
        if key == "reason" {
            return Ok(Given::Reason(key.span(), input.parse()?));
        }
        // Swallow the value, so that one unknown option is one mistake.
        while !input.is_empty() && !input.peek(Token![,]) {
            input.parse::<proc_macro2::TokenTree>()?;
        }
        Ok(Given::Unknown(key))
    }
}

fn given(tokens: TokenStream, fix: &str, mistakes: &mut Mistakes) -> Vec<Given> {
    let parser = syn::punctuated::Punctuated::<Given, Token![,]>::parse_terminated;
    match parser.parse2(tokens) {
        Ok(given) => given.into_iter().collect(),
        Err(error) => {
            mistakes.syntax(OPTION, &error, fix);
            Vec::new()
        }
    }
}

fn default_crate() -> Path {
    syn::parse_quote!(::tenancy_diesel)
}

impl ScopedOptions {
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut options = ScopedOptions { column: None, krate: default_crate() };
        let mut crate_given = false;
        for given in given(tokens, SCOPED_FORM, mistakes) {
            match given {
                Given::Word(column) if options.column.is_none() => options.column = Some(column),
                Given::Word(column) => mistakes.add(
                    DUPLICATE,
                    column.span(),
                    format!("`{column}` is a second tenant column: a table has one"),
                    SCOPED_FORM,
                ),
                Given::Crate(span, _) if crate_given => {
                    mistakes.add(DUPLICATE, span, "`crate` is given twice", "keep one of them");
                }
                Given::Crate(_, path) => {
                    crate_given = true;
                    options.krate = path;
                }
                Given::Reason(span, _) => {
                    mistakes.add(OPTION, span, "`tenant_scoped` takes no `reason`", SCOPED_FORM)
                }
                Given::Unknown(key) => {
                    mistakes.add(
                        OPTION,
                        key.span(),
                        format!("`tenant_scoped` has no option `{key}`"),
                        SCOPED_FORM,
                    );
                }
            }
        }
        options
    }
}

impl GlobalOptions {
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut options = GlobalOptions { reason: None, krate: default_crate() };
        let mut crate_given = false;
        for given in given(tokens, GLOBAL_FORM, mistakes) {
            match given {
                Given::Reason(_, reason) if options.reason.is_none() => options.reason = Some(reason),
                Given::Reason(span, _) => {
                    mistakes.add(DUPLICATE, span, "`reason` is given twice", "keep one of them");
                }
                Given::Crate(span, _) if crate_given => {
                    mistakes.add(DUPLICATE, span, "`crate` is given twice", "keep one of them");
                }
                Given::Crate(_, path) => {
                    crate_given = true;
                    options.krate = path;
                }
                Given::Word(key) | Given::Unknown(key) => {
                    mistakes.add(
                        OPTION,
                        key.span(),
                        format!("`tenant_global` has no option `{key}`"),
                        GLOBAL_FORM,
                    );
                }
            }
        }
        options
    }

    /// The same options as an attribute's arguments.
    pub(crate) fn to_arguments(&self) -> TokenStream {
        let krate = self.krate.to_token_stream();
        match &self.reason {
            Some(reason) => quote!((reason = #reason, crate = #krate)),
            None => quote!((crate = #krate)),
        }
    }
}
