//! Lists of tables that say whose each is: `global = [plans, billing.currencies, memberships = "a reason"]`,
//! `scoped = [workspaces(org_id: OrgId)]`.

use std::cell::Cell;
use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, parenthesized};

use crate::codes;
use crate::mistake::Mistakes;

/// A table in a list. A name without a schema is that of a table without one.
pub(crate) struct TableName {
    schema: Option<Ident>,
    name: Ident,
}

impl Parse for TableName {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first: Ident = input.parse()?;
        Ok(match input.parse::<Option<Token![.]>>()? {
            Some(_) => TableName { schema: Some(first), name: input.parse()? },
            None => TableName { schema: None, name: first },
        })
    }
}

impl ToTokens for TableName {
    fn to_tokens(&self, out: &mut TokenStream) {
        let name = &self.name;
        let schema = self.schema.as_ref().map(|schema| quote!(#schema .));
        out.extend(quote!(#schema #name));
    }
}

/// A table that every tenant may see.
pub(crate) struct Global {
    table: TableName,
    pub(crate) reason: Option<LitStr>,
}

impl Parse for Global {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let table = input.parse()?;
        let reason = input.parse::<Option<Token![=]>>()?.map(|_| input.parse()).transpose()?;
        Ok(Global { table, reason })
    }
}

impl ToTokens for Global {
    fn to_tokens(&self, out: &mut TokenStream) {
        let Global { table, reason } = self;
        let reason = reason.as_ref().map(|reason| quote!(= #reason));
        out.extend(quote!(#table #reason));
    }
}

/// A table whose rows belong to tenants by another column than the schema's, to another kind of owner, or through another table:
/// with what `#[tenant_scoped(…)]` on it would say.
pub(crate) struct Scoped {
    table: TableName,
    pub(crate) options: TokenStream,
}

impl Parse for Scoped {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let table = input.parse()?;
        let options;
        parenthesized!(options in input);
        if options.is_empty() {
            return Err(options.error("by what do its rows belong to tenants?"));
        }
        Ok(Scoped { table, options: options.parse()? })
    }
}

impl ToTokens for Scoped {
    fn to_tokens(&self, out: &mut TokenStream) {
        let Scoped { table, options } = self;
        out.extend(quote!(#table (#options)));
    }
}

/// An entry of a list.
pub(crate) trait Entry: Parse {
    /// What it declares a table to be, in words.
    const DECLARED: &'static str;

    fn table(&self) -> &TableName;

    fn span(&self) -> Span {
        self.table().name.span()
    }
}

impl Entry for Global {
    const DECLARED: &'static str = "global";

    fn table(&self) -> &TableName {
        &self.table
    }
}

impl Entry for Scoped {
    const DECLARED: &'static str = "tenant-scoped";

    fn table(&self) -> &TableName {
        &self.table
    }
}

fn key(schema: Option<&Ident>, name: &Ident) -> String {
    schema.map_or_else(|| name.to_string(), |schema| format!("{schema}.{name}"))
}

/// A list.
pub(crate) struct Listed<E> {
    /// By name, in one order in every build. Whether the table was found stands beside each.
    entries: BTreeMap<String, (E, Cell<bool>)>,
}

impl<E> Default for Listed<E> {
    fn default() -> Self {
        Listed { entries: BTreeMap::new() }
    }
}

impl<E: Entry> Listed<E> {
    pub(crate) fn extend(&mut self, list: Punctuated<E, Token![,]>, mistakes: &mut Mistakes) {
        for entry in list {
            let (table, span) = (entry.table(), entry.span());
            let key = key(table.schema.as_ref(), &table.name);
            if self.entries.insert(key.clone(), (entry, Cell::new(false))).is_some() {
                mistakes.add(span, codes::listed_twice(&key, E::DECLARED));
            }
        }
    }

    /// The entry for a table. From then on it counts as known.
    pub(crate) fn find(&self, schema: Option<&Ident>, name: &Ident) -> Option<&E> {
        let (entry, known) = self.entries.get(&key(schema, name))?;
        known.set(true);
        Some(entry)
    }

    /// Reports the entries that name no table: a misspelt one hides that its table is not declared.
    pub(crate) fn report_unknown(&self, of: &str, mistakes: &mut Mistakes) {
        for (key, (entry, _)) in self.entries.iter().filter(|(_, (_, known))| !known.get()) {
            mistakes.add(entry.span(), codes::unknown_table(key, E::DECLARED, of));
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &E> {
        self.entries.values().map(|(entry, _)| entry)
    }
}
