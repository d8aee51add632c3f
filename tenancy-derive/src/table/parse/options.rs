//! What `#[tenant_scoped(…)]` and `#[tenant_global(…)]` on a table say.

use proc_macro2::TokenStream;
use syn::token::Paren;
use syn::{LitStr, Path, Token, parenthesized};

use crate::codes::{self, Place};
use crate::mistake::Mistakes;
use crate::options::{self, Reader};
use crate::ownership::{Admission, Filter, Ownership, Shared, Way};
use crate::tenant_column::TenantColumn;

/// `#[tenant_scoped(column, crate = path)]`, `column: IdType`, or another [`Ownership`]
#[derive(Debug)]
pub(crate) struct ScopedOptions {
    /// How rows belong to tenants, if it is said.
    way: Option<Way>,
    shared: Option<Shared>,
    filter: Option<Filter>,
    admission: Admission,
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
        Self::read(Place::Scoped, tokens, mistakes)
    }

    pub(crate) fn read(place: Place, tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut found = ScopedOptions {
            way: None,
            shared: None,
            filter: None,
            admission: Admission::default(),
            krate: options::default_crate(),
        };
        Reader::of(place).read(tokens, mistakes, |key, input, mistakes| {
            let way = match key.to_string().as_str() {
                "crate" => {
                    found.krate = options::path(input)?;
                    return Ok(true);
                }
                "filter" => {
                    found.filter = Some(options::value(input)?);
                    return Ok(true);
                }
                "admission" if input.peek(Paren) => {
                    let columns;
                    parenthesized!(columns in input);
                    found.admission.extend(&columns)?;
                    return Ok(true);
                }
                // Alone it is a column of that name.
                "shared" if found.way.is_some() || input.peek(Token![=]) => {
                    found.shared = Some(Shared::parse(key.clone(), input)?);
                    return Ok(true);
                }
                "reason" => {
                    options::skip(input)?;
                    mistakes.add(key.span(), codes::reason_of_scoped());
                    return Ok(true);
                }
                "through" => Way::Through(options::value(input)?),
                "link" => Way::Link(options::value(input)?),
                _ if !input.peek(Token![=]) => Way::Column(TenantColumn::named(key.clone(), input)?),
                _ => return Ok(false),
            };
            match found.way {
                None => found.way = Some(way),
                Some(_) => mistakes.add(key.span(), codes::second_tenant_column(key)),
            }
            Ok(true)
        });
        found
    }

    /// What is said of the table; where it does not say by what its rows belong to tenants, by `column`.
    pub(crate) fn ownership(&self, column: Option<&TenantColumn>) -> Option<Ownership> {
        let way = self.way.clone().or_else(|| column.cloned().map(Way::Column))?;
        Some(Ownership {
            way,
            shared: self.shared.clone(),
            filter: self.filter.clone(),
            admission: self.admission.clone(),
        })
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
