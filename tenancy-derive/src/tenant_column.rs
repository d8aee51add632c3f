//! The column that holds the tenant, as a declaration names it: `org_id`, or `org_id: OrgId` with the type of the owner's ids.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Token, Type};

#[derive(Clone, Debug)]
pub(crate) struct TenantColumn {
    pub(crate) name: Ident,
    pub(crate) owner: Option<Box<Type>>,
}

impl TenantColumn {
    /// What a column is called unless it is said.
    pub(crate) fn usual() -> Self {
        Self { name: Ident::new("tenant_id", Span::call_site()), owner: None }
    }

    /// With what follows its name.
    pub(crate) fn named(name: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let owner = input.parse::<Option<Token![:]>>()?.map(|_| input.parse().map(Box::new)).transpose()?;
        Ok(Self { name, owner })
    }
}

impl Parse for TenantColumn {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        Self::named(name, input)
    }
}

impl ToTokens for TenantColumn {
    fn to_tokens(&self, out: &mut TokenStream) {
        let Self { name, owner } = self;
        let owner = owner.as_ref().map(|owner| quote!(: #owner));
        out.extend(quote!(#name #owner));
    }
}
