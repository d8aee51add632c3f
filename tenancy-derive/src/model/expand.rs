//! Emits a model's implementation.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::check::{Model, Tenant};

/// `impl TenantScoped`, `impl CarriesTenant` if the model has the field, and `belonging_to` for each of the model's parents.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { name, table, tenant_id, tenant, parents, krate } = model;
    let krate = krate.to_token_stream();
    // Errors point at the user's own tokens: a table that is not a tenant's, an id that is not the column's.
    let table = quote_spanned!(table.span()=> #table::table);
    let tenant_id = quote_spanned!(tenant_id.span()=> #tenant_id);
    // The parameters have names that no column has: one that is imported where the model is would be in their way.
    let belonging_to = (!parents.is_empty()).then(|| {
        quote! {
            impl #name {
                /// The rows that belong to a parent, within the tenant that the scope was admitted to.
                ///
                /// The twin of Diesel's `belonging_to`, which does not compile for a tenant table.
                pub fn belonging_to<'parent, B, DB, Parent, Shape>(
                    the_scope: &#krate::Scoped<<Self as #krate::TenantScoped>::TenantId, B>,
                    the_parent: &'parent Parent,
                ) -> #krate::model::BelongingTo<'parent, Self, B, DB, Parent, Shape>
                where
                    DB: ::diesel::backend::Backend,
                    // By its path: a column may have that name, and be imported where the model is.
                    Parent: #krate::model::ParentOf<'parent, Self, Shape> + ?::core::marker::Sized,
                    #krate::model::Select<Self, B, DB>:
                        ::diesel::query_dsl::methods::FilterDsl<Parent::Predicate>,
                {
                    ::diesel::query_dsl::methods::FilterDsl::filter(
                        <Self as #krate::TenantScoped>::scoped(the_scope),
                        #krate::model::ParentOf::children(the_parent),
                    )
                }

                /// The rows that belong to a parent, with nothing selected yet: for a join, a count, or another selection.
                pub fn source_of<'parent, B, Parent, Shape>(
                    the_scope: &#krate::Scoped<<Self as #krate::TenantScoped>::TenantId, B>,
                    the_parent: &'parent Parent,
                ) -> #krate::model::SourceOf<'parent, Self, B, Parent, Shape>
                where
                    Parent: #krate::model::ParentOf<'parent, Self, Shape> + ?::core::marker::Sized,
                    #krate::model::Source<Self, B>:
                        ::diesel::query_dsl::methods::FilterDsl<Parent::Predicate>,
                {
                    ::diesel::query_dsl::methods::FilterDsl::filter(
                        <Self as #krate::TenantScoped>::source(the_scope),
                        #krate::model::ParentOf::children(the_parent),
                    )
                }
            }
        }
    });
    let carries_tenant = tenant.as_ref().map(|Tenant { field, optional }| {
        // A row that all tenants share is not the scope's tenant's either.
        let another = match optional {
            Some(_) => quote!(self.#field.as_ref() != ::core::option::Option::Some(tenant)),
            None => quote!(self.#field != *tenant),
        };
        let nullable = optional.as_ref().map(|ty| {
            // Only the compiler knows whether the table has such rows. Its error points at the field's type.
            let table = quote_spanned!(ty.span()=> <#name as #krate::TenantScoped>::Table);
            quote! {
                const _: () = {
                    const fn has_rows_of_nobody<Table: #krate::model::OptionalTenant<#name>>() {}
                    has_rows_of_nobody::<#table>();
                };
            }
        });
        quote! {
            impl #krate::CarriesTenant for #name {
                type TenantId = #tenant_id;

                fn row_of_another(&self, tenant: &#tenant_id) -> ::core::option::Option<usize> {
                    (#another).then_some(0)
                }
            }

            #nullable
        }
    });
    quote! {
        impl #krate::TenantScoped for #name {
            type Table = #table;
            type TenantId = #tenant_id;
        }

        #carries_tenant

        #belonging_to
    }
}
