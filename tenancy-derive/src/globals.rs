//! Lists of tables that every tenant may see: `plans, billing.currencies, memberships = "a reason"`.

use std::cell::Cell;
use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token};

use crate::codes;
use crate::mistake::Mistakes;

/// One entry of the list. A name without a schema is that of a table without one.
pub(crate) struct Global {
    schema: Option<Ident>,
    name: Ident,
    pub(crate) reason: Option<LitStr>,
}

impl Parse for Global {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first: Ident = input.parse()?;
        let (schema, name) = match input.parse::<Option<Token![.]>>()? {
            Some(_) => (Some(first), input.parse()?),
            None => (None, first),
        };
        let reason = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Global { schema, name, reason })
    }
}

impl Global {
    fn key(&self) -> String {
        key(self.schema.as_ref(), &self.name)
    }

    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }
}

impl ToTokens for Global {
    fn to_tokens(&self, out: &mut TokenStream) {
        let name = &self.name;
        let schema = self.schema.as_ref().map(|schema| quote!(#schema .));
        let reason = self.reason.as_ref().map(|reason| quote!(= #reason));
        out.extend(quote!(#schema #name #reason));
    }
}

fn key(schema: Option<&Ident>, name: &Ident) -> String {
    schema.map_or_else(|| name.to_string(), |schema| format!("{schema}.{name}"))
}

/// The list.
#[derive(Default)]
pub(crate) struct Globals {
    /// By name, in one order in every build. Whether the table was found stands beside each.
    entries: BTreeMap<String, (Global, Cell<bool>)>,
}

impl Globals {
    pub(crate) fn extend(&mut self, list: Punctuated<Global, Token![,]>, mistakes: &mut Mistakes) {
        for global in list {
            let (key, span) = (global.key(), global.span());
            if self.entries.insert(key.clone(), (global, Cell::new(false))).is_some() {
                mistakes.add(span, codes::global_twice(&key));
            }
        }
    }

    /// The entry for a table. From then on it counts as known.
    pub(crate) fn find(&self, schema: Option<&Ident>, name: &Ident) -> Option<&Global> {
        let (global, known) = self.entries.get(&key(schema, name))?;
        known.set(true);
        Some(global)
    }

    /// Reports the entries that name no table: a misspelt one hides that its table is not declared.
    pub(crate) fn report_unknown(&self, of: &str, mistakes: &mut Mistakes) {
        for (key, (global, _)) in self.entries.iter().filter(|(_, (_, known))| !known.get()) {
            mistakes.add(global.span(), codes::unknown_global(key, of));
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Global> {
        self.entries.values().map(|(global, _)| global)
    }
}
