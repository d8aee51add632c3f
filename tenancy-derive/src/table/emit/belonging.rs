//! What a tenant table says of whose its rows are.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Path;
use syn::ext::IdentExt as _;

use super::names::Names;
use crate::ownership::{Ownership, Way};
use crate::table::parse::Declared;

/// What `TenantTable` says of whose the rows are.
pub(super) fn belonging(
    declared: &Declared,
    ownership: &Ownership,
    column: &Ident,
    owner: Option<&Ident>,
    names: &Names,
) -> TokenStream {
    let tenancy = &names.tenancy;
    let (Way::Through(reference) | Way::Link(reference)) = &ownership.way else {
        return belonging_by_column(declared, ownership, column, owner, tenancy);
    };
    let (other, own) = (beside(&reference.table), column);
    let by_parent = matches!(ownership.way, Way::Through(_));
    let belonging = if by_parent { quote!(ByParent) } else { quote!(ByLink) };
    // By the column of the other table that is compared with this one's.
    let through = match (&ownership.way, &reference.key) {
        (Way::Link(_), _) => {
            let column = &reference.column;
            quote!(through::<table, #other::table, columns::#own, #other::columns::#column>)
        }
        (_, Some(key)) => quote!(through::<table, #other::table, columns::#own, #other::columns::#key>),
        (_, None) => quote!(through_key::<table, #other::table, columns::#own>),
    };
    let tenant_table = quote!(<#other::table as #tenancy::TenantTable>);
    quote! {
        type TenantSqlType = #tenant_table::TenantSqlType;
        type Belonging = #tenancy::#belonging;
        type Owner = #tenant_table::Owner;
        const TENANT_COLUMN_LENGTH: ::core::option::Option<usize> = #tenant_table::TENANT_COLUMN_LENGTH;
        const SHARED: ::core::option::Option<#tenancy::SharedRows> = #tenant_table::SHARED;
        const THROUGH: ::core::option::Option<&'static #tenancy::Through> =
            ::core::option::Option::Some(&#tenancy::#through());
    }
}

fn belonging_by_column(
    declared: &Declared,
    ownership: &Ownership,
    column: &Ident,
    owner: Option<&Ident>,
    tenancy: &Ident,
) -> TokenStream {
    let tenant = declared.column(column);
    let length = tenant.and_then(|column| column.max_length.as_ref());
    let length = length
        .map(|length| quote!(const TENANT_COLUMN_LENGTH: ::core::option::Option<usize> = ::core::option::Option::Some(#length);));
    let owner = match owner {
        Some(owner) => quote!(#tenancy::ById<super::#owner>),
        None => {
            let sql_name = tenant.map_or_else(String::new, |column| column.sql_name.to_string());
            let name = fnv1a(sql_name.trim_matches('"'));
            quote!(#tenancy::ByColumnName<#name>)
        }
    };
    let shared = ownership.shared.as_ref().map(|shared| {
        let shared = match &shared.value {
            Some(value) => {
                let value = value.sql();
                quote!(#tenancy::SharedRows::Value(#value))
            }
            None => quote!(#tenancy::SharedRows::Null),
        };
        quote!(const SHARED: ::core::option::Option<#tenancy::SharedRows> = ::core::option::Option::Some(#shared);)
    });
    quote! {
        type TenantSqlType =
            <<columns::#column as diesel::Expression>::SqlType as #tenancy::IdType>::NotNull;
        type Belonging = #tenancy::ByColumn;
        type Owner = #owner;
        #length
        #shared
    }
}

/// A table that is named as it is seen beside this one.
fn beside(path: &Path) -> TokenStream {
    let absolute =
        path.leading_colon.is_some() || path.segments.first().is_some_and(|first| first.ident == "crate");
    if absolute { quote!(#path) } else { quote!(super::#path) }
}

/// The column that refers to the other table, or from it to this one.
pub(super) fn owning_key(ownership: &Ownership, column: &Ident, tenancy: &Ident) -> String {
    let (reference, refers) = match &ownership.way {
        Way::Column(_) => return String::new(),
        Way::Through(reference) => (reference, format!("columns::{column}")),
        Way::Link(reference) => {
            (reference, format!("{}::columns::{}", beside(&reference.table), reference.column))
        }
    };
    format!(
        "fn owning_key() -> ::core::option::Option<(::core::any::TypeId, &'static str)> {{
            ::core::option::Option::Some((
                ::core::any::TypeId::of::<{refers}>(),
                <{}::table as {tenancy}::DeclaredTable>::NAME,
            ))
        }}",
        beside(&reference.table)
    )
}

/// The type of the owner's ids, as an item beside the table's module: it is written as it is seen from there.
pub(super) fn owner_alias(table: &Ident, ownership: &Ownership) -> Option<(Ident, TokenStream)> {
    let Way::Column(column) = &ownership.way else { return None };
    let owner = column.owner.as_ref()?;
    let name = format_ident!("__tenancy_owner_of_{}", table.unraw());
    let alias = quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        pub type #name = #owner;
    };
    Some((name, alias))
}

/// FNV-1a with 128 bits (draft-eastlake-fnv), of the name as databases compare it.
fn fnv1a(name: &str) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    name.bytes().fold(BASIS, |hash, byte| (hash ^ u128::from(byte.to_ascii_lowercase())).wrapping_mul(PRIME))
}
