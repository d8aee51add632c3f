//! What `#[tenant_scoped(…)]` and `#[tenant_global(…)]` on a table say.

use proc_macro2::TokenStream;
use syn::{LitStr, Path, Token};

use crate::codes::{self, Place};
use crate::mistake::Mistakes;
use crate::options::{self, Reader};
use crate::tenant_column::TenantColumn;

/// `#[tenant_scoped(column, crate = path)]`, or `column: IdType`
#[derive(Debug)]
pub(crate) struct ScopedOptions {
    pub(crate) column: Option<TenantColumn>,
    pub(crate) krate: Path,
}

/// `#[tenant_global(reason = "…", crate = path)]`
#[derive(Debug)]
pub(crate) struct GlobalOptions {
    pub(crate) reason: Option<LitStr>,
    pub(crate) krate: Path,
}

impl ScopedOptions {
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut found = ScopedOptions { column: None, krate: options::default_crate() };
        Reader::of(Place::Scoped).read(tokens, mistakes, |key, input, mistakes| {
            match key.to_string().as_str() {
                "crate" => found.krate = options::path(input)?,
                _ if !input.peek(Token![=]) => match found.column {
                    None => found.column = Some(TenantColumn::named(key.clone(), input)?),
                    Some(_) => mistakes.add(key.span(), codes::second_tenant_column(key)),
                },
                "reason" => {
                    options::skip(input)?;
                    mistakes.add(key.span(), codes::reason_of_scoped());
                }
                _ => return Ok(false),
            }
            Ok(true)
        });
        found
    }
}

impl GlobalOptions {
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut found = GlobalOptions { reason: None, krate: options::default_crate() };
        Reader::of(Place::Global).read(tokens, mistakes, |key, input, _| {
            match key.to_string().as_str() {
                "crate" => found.krate = options::path(input)?,
                "reason" => found.reason = Some(options::value(input)?),
                _ => return Ok(false),
            }
            Ok(true)
        });
        found
    }
}
