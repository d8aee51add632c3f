//! The items that a scoped table gets: its metadata, the ways to scope it, and its columns in scoped sources.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::columns::Declared;
use super::refusals;

/// Everything that is added to a tenant table's module.
pub(crate) fn tenant_items(declared: &Declared, tenant_column: &Ident, krate: &TokenStream) -> TokenStream {
    let metadata = metadata(declared, tenant_column, krate);
    let columns = declared.columns.iter().map(|column| &column.name).collect::<Vec<_>>();
    // As in Diesel's expansion: the primary key determines every other column of the row.
    let grouped = declared.columns.iter().map(|column| {
        let determines =
            column.name == *tenant_column || declared.primary_key.as_slice() == [column.name.clone()];
        let (name, output) = (&column.name, format_ident!("{}", if determines { "Yes" } else { "No" }));
        quote! {
            impl diesel::expression::IsContainedInGroupBy<__GroupedTenant> for columns::#name {
                type Output = diesel::expression::is_contained_in_group_by::#output;
            }
        }
    });
    let methods = refusals::methods(krate);
    quote! {
        #metadata

        impl table {
            /// This table, within the tenant that `scope` was admitted to.
            ///
            /// The result is a Diesel table: every method of the query builder works on it.
            pub fn scoped<S>(self, scope: S) -> #krate::ScopedTable<table, S::Within>
            where
                S: #krate::__private::ScopeFor<table>,
            {
                #krate::ScopedTable::within(scope)
            }

            /// This table with every tenant's rows, for reading. The use is reported to the audit sink.
            #[track_caller]
            pub fn across_tenants<C>(self, cross_tenant: C) -> #krate::ScopedTable<table, #krate::EveryTenant>
            where
                C: #krate::__private::CrossTenantFor<table>,
            {
                #krate::ScopedTable::across(cross_tenant)
            }

            /// This table with every tenant's rows, for writing. The use is reported to the audit sink.
            #[track_caller]
            pub fn write_across_tenants<C>(self, cross_tenant: C) -> #krate::CrossTenantTarget<table>
            where
                C: #krate::__private::CrossTenantFor<table>,
            {
                #krate::CrossTenantTarget::new(cross_tenant)
            }
        }

        #methods

        impl<S> diesel::query_source::AppearsInFromClause<table> for #krate::ScopedTable<table, S> {
            type Count = diesel::query_source::Once;
        }

        #(
            impl<S> diesel::SelectableExpression<#krate::ScopedTable<table, S>> for columns::#columns {}
        )*
        impl<S> diesel::SelectableExpression<#krate::ScopedTable<table, S>> for columns::star {}
        impl<S> diesel::AppearsOnTable<#krate::ScopedTable<table, S>> for columns::star {}

        // Stands for the tenant column where Diesel asks whether a GROUP BY contains it.
        #[doc(hidden)]
        #[derive(Debug, Clone, Copy)]
        pub struct __GroupedTenant;

        impl diesel::Expression for __GroupedTenant {
            type SqlType = <columns::#tenant_column as diesel::Expression>::SqlType;
        }

        impl diesel::query_source::Column for __GroupedTenant {
            type Table = #krate::__private::nowhere;

            const NAME: &'static str = "";
        }

        #(#grouped)*

        // A bare table as the right side of a join with a scoped one.
        impl<'tenant, Left, S> diesel::JoinTo<table> for #krate::ScopedTable<Left, S>
        where
            Left: diesel::JoinTo<table>,
            table: #krate::__private::JoinWithinTenant<'tenant>,
        {
            // As if it were scoped, so that the error above is the only one.
            type FromClause = #krate::ScopedTable<table, #krate::EveryTenant>;
            type OnClause = <Left as diesel::JoinTo<table>>::OnClause;

            fn join_target(_: table) -> (Self::FromClause, Self::OnClause) {
                #krate::__private::uncallable()
            }
        }
    }
}

fn metadata(declared: &Declared, tenant_column: &Ident, krate: &TokenStream) -> TokenStream {
    let tenant_sql_name = declared.column(tenant_column).map(|column| &column.sql_name);
    let key: Vec<_> = declared.primary_key.iter().filter(|key| *key != tenant_column).collect();
    let key = match key.as_slice() {
        // One row a tenant: the tenant column is the key.
        [] => quote!(columns::#tenant_column),
        [key] => quote!(columns::#key),
        keys => quote!((#(columns::#keys,)*)),
    };
    let declaration = declaration(declared, &quote!(Tenants), &key, krate);
    quote! {
        #declaration

        impl #krate::TenantTable for table {
            type TenantColumn = columns::#tenant_column;
            const TENANT_COLUMN: &'static str = #tenant_sql_name;

            fn tenant_column() -> Self::TenantColumn {
                columns::#tenant_column
            }
        }
    }
}

/// What every declared table says of itself, and what lets it stand in a query with scoped sources and aliases.
fn declaration(
    declared: &Declared,
    owner: &TokenStream,
    key: &TokenStream,
    krate: &TokenStream,
) -> TokenStream {
    let sql_name = &declared.sql_name;
    let schema = match &declared.schema {
        Some(schema) => quote!(::core::option::Option::Some(#schema)),
        None => quote!(::core::option::Option::None),
    };
    let columns = declared.columns.iter().map(|column| &column.name).collect::<Vec<_>>();
    let column_names = declared.columns.iter().map(|column| &column.sql_name);
    quote! {
        impl #krate::DeclaredTable for table {
            type Owner = #krate::__private::#owner;
            type Key = #key;
            const SCHEMA: ::core::option::Option<&'static str> = #schema;
            const NAME: &'static str = #sql_name;
            const COLUMNS: &'static [&'static str] = &[#(#column_names),*];

            fn key() -> Self::Key {
                #key
            }
        }

        impl<Other> #krate::__private::Beside<Other> for table {}

        impl<A> #krate::__private::AliasColumns<A> for table
        where
            A: #krate::TableAlias<Target = table>,
        {
            type Columns = (#(#krate::AliasField<A, columns::#columns>,)*);

            fn columns() -> Self::Columns {
                (#(#krate::AliasField::new(columns::#columns),)*)
            }
        }

        impl<A> diesel::query_source::AppearsInFromClause<#krate::__private::AliasName<A>> for table {
            type Count = diesel::query_source::Never;
        }
    }
}

/// What a table declared global gets, so that it can stand beside scoped ones: Diesel's blanket implementations do
/// not reach sources that another crate defines.
pub(crate) fn global_items(declared: &Declared, krate: &TokenStream) -> TokenStream {
    let key = match declared.primary_key.as_slice() {
        [key] => quote!(columns::#key),
        keys => quote!((#(columns::#keys,)*)),
    };
    let declaration = declaration(declared, &quote!(Nobodys), &key, krate);
    quote! {
        #declaration

        impl #krate::GlobalTable for table {}

        impl<Left, S> diesel::JoinTo<table> for #krate::ScopedTable<Left, S>
        where
            Left: diesel::JoinTo<table>,
        {
            type FromClause = <Left as diesel::JoinTo<table>>::FromClause;
            type OnClause = <Left as diesel::JoinTo<table>>::OnClause;

            fn join_target(rhs: table) -> (Self::FromClause, Self::OnClause) {
                <Left as diesel::JoinTo<table>>::join_target(rhs)
            }
        }

        impl<Right, S> diesel::JoinTo<#krate::ScopedTable<Right, S>> for table
        where
            Right: #krate::TenantTable,
            table: diesel::JoinTo<Right>,
        {
            type FromClause = #krate::ScopedTable<Right, S>;
            type OnClause = <table as diesel::JoinTo<Right>>::OnClause;

            fn join_target(rhs: #krate::ScopedTable<Right, S>) -> (Self::FromClause, Self::OnClause) {
                #krate::__private::on_clause::<table, Right, _>(rhs)
            }
        }

        impl<Right> diesel::JoinTo<#krate::__private::JoinKey<Right>> for table
        where
            Right: #krate::TenantTable,
            table: diesel::JoinTo<Right>,
        {
            type FromClause = #krate::__private::JoinKey<Right>;
            type OnClause = <table as diesel::JoinTo<Right>>::OnClause;

            fn join_target(rhs: #krate::__private::JoinKey<Right>) -> (Self::FromClause, Self::OnClause) {
                #krate::__private::on_clause::<table, Right, _>(rhs)
            }
        }
    }
}
