//! The items that a scoped table gets: its metadata, the ways to scope it, and its columns in scoped sources.
//!
//! They are texts, in which `__tenancy` is this library, for the reason given in `refusals`; `quote!` is for what an error
//! may point at.

use std::fmt::Write as _;
use std::str::FromStr as _;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Path;

use super::belonging::{belonging, owning_key};
use super::names::Names;
use super::refusals::REFUSALS;
use crate::ownership::{Ownership, Way};
use crate::table::parse::Declared;

/// Everything that is added to a tenant table's module. `column` is the one by which rows belong to tenants.
pub(crate) fn tenant_items(
    declared: &Declared,
    ownership: &Ownership,
    column: &Ident,
    owner: Option<&Ident>,
    krate: &Path,
    names: &Names,
) -> TokenStream {
    let Names { tenancy, grouped_tenant, do_not_recommend, .. } = names;
    let holds_the_tenant = matches!(ownership.way, Way::Column(_));
    let key: Vec<_> = declared.primary_key.iter().filter(|key| !holds_the_tenant || *key != column).collect();
    let key = match key.as_slice() {
        // One row a tenant: the tenant column is the key.
        [] => vec![column],
        _ => key,
    };
    let tenant = declared.column(column);
    let sql_name = tenant.map(|column| &column.sql_name);
    let belonging = belonging(declared, ownership, column, owner, names);
    let filter = ownership
        .filter
        .as_ref()
        .zip(ownership.filter.as_ref().and_then(|filter| declared.column(&filter.column)));
    let filter = filter.map(|(filter, column)| {
        let filter = filter.value(tenancy, &column.sql_name);
        quote!(const FILTER: ::core::option::Option<#tenancy::RowFilter> = ::core::option::Option::Some(#filter);)
    });
    let admission = shown(declared, ownership, column);
    let mut items = quote! {
        use #krate::__private as #tenancy;

        #do_not_recommend
        impl #tenancy::TenantTable for table {
            type TenantColumn = columns::#column;
            const TENANT_COLUMN: &'static str = #sql_name;
            #belonging
            #filter
            #admission

            fn tenant_column() -> Self::TenantColumn {
                columns::#column
            }
        }
    };
    if ownership.shared.is_some() {
        // Which other tables have such rows does not help whoever asks them of this one.
        let quietly = &names.do_not_recommend;
        items.extend(quote!(#quietly impl #tenancy::HasSharedRows for table { type Shared = #tenancy::SharedTarget<Self>; }));
    }
    let tenant_name = column;
    let mut own = declaration(declared, "Owned", &key, owning_key(ownership, column, tenancy), tenancy);
    for column in &declared.columns {
        // Writing to a string cannot fail.
        let _ = write!(
            own,
            "impl<S> diesel::SelectableExpression<{tenancy}::ScopedTable<table, S>> for columns::{} {{}}",
            column.name
        );
        if !holds_the_tenant || column.name != *tenant_name {
            grouped(&mut own, &column.name, tenancy);
        }
    }
    items.extend(parsed(&own));
    for admission in &ownership.admission.by {
        items.extend(quote! {
            impl #tenancy::AdmissionColumn<table> for columns::#admission {
                type Column = Self;
            }
        });
    }
    let mut texts = vec![TENANT_ITEMS];
    if !ownership.admission.by.is_empty() {
        texts.push(ADMISSION);
    }
    if holds_the_tenant {
        items.extend(quote! {
            // Stands for the tenant column where Diesel asks whether a GROUP BY contains it. Of this crate, or `()` could
            // contain it one day.
            #[doc(hidden)]
            #[allow(missing_copy_implementations, missing_debug_implementations)]
            pub struct #grouped_tenant;

            impl diesel::Expression for #grouped_tenant {
                type SqlType = <columns::#column as diesel::Expression>::SqlType;
            }

            impl #tenancy::Grouped for columns::#column {
                type By = #grouped_tenant;
            }
        });
        texts.push(GROUPED_TENANT);
    }
    items.extend(texts.into_iter().chain(REFUSALS).map(|text| names.given_to(parsed(text))));
    items
}

/// The columns that are read before anybody is admitted: the one by which rows belong to tenants, and the declared ones.
fn shown(declared: &Declared, ownership: &Ownership, column: &Ident) -> Option<TokenStream> {
    let admission = &ownership.admission;
    let mut names: Vec<&Ident> = vec![column];
    for name in admission.by.iter().chain(&admission.read) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let columns = names.into_iter().filter_map(|name| declared.column(name)).map(|column| &column.sql_name);
    (!admission.by.is_empty()).then(|| quote!(const ADMISSION: &'static [&'static str] = &[#(#columns),*];))
}

/// What is the same for every tenant table.
const TENANT_ITEMS: &str = stringify! {
    impl<Other> __tenancy::Stands<__tenancy::Beside<Other>> for table {
        type Proof = __tenancy::IsBare;
    }

    impl<Other> __tenancy::Stands<__tenancy::First<Other>> for table {
        type Proof = __tenancy::IsBare;
    }

    /// A boxed query on this table, within one tenant, by the type of ids that is declared for its owner.
    pub type BoxedQuery<'a, DB, ST = SqlType, I = __tenancy::IdOf<table>, B = __tenancy::Unbranded> =
        diesel::internal::table_macro::BoxedSelectStatement<
            'a,
            ST,
            diesel::internal::table_macro::FromClause<__tenancy::ScopedTable<table, __tenancy::Within<I, B>>>,
            DB,
        >;

    impl table {
        /// This table, within the tenant that `scope` was admitted to.
        ///
        /// The result is a Diesel table: every method of the query builder works on it.
        pub fn scoped<S>(self, scope: S) -> __tenancy::ScopedTable<table, S::Within>
        where
            S: __tenancy::ScopeFor<table>,
        {
            __tenancy::ScopedTable::within(scope)
        }

        /// This table with every tenant's rows, for reading. The use is reported to the audit sink.
        #[track_caller]
        pub fn across_tenants<C>(self, cross_tenant: C) -> __tenancy::ScopedTable<table, __tenancy::EveryTenant>
        where
            C: __tenancy::CrossTenantFor<table>,
        {
            __tenancy::ScopedTable::across(cross_tenant)
        }

        /// This table with every tenant's rows, for writing. The use is reported to the audit sink.
        #[track_caller]
        pub fn write_across_tenants<C>(self, cross_tenant: C) -> __tenancy::CrossTenantTarget<table>
        where
            C: __tenancy::CrossTenantFor<table>,
        {
            __tenancy::CrossTenantTarget::new(cross_tenant)
        }
    }

    impl<S> diesel::query_source::AppearsInFromClause<table> for __tenancy::ScopedTable<table, S> {
        type Count = diesel::query_source::Once;
    }

    impl<S> diesel::SelectableExpression<__tenancy::ScopedTable<table, S>> for columns::star {}
    impl<S> diesel::AppearsOnTable<__tenancy::ScopedTable<table, S>> for columns::star {}

    impl<'tenant, Left, S> diesel::JoinTo<table> for __tenancy::ScopedTable<Left, S>
    where
        Left: diesel::JoinTo<table>,
        table: __tenancy::JoinWithinTenant<'tenant>,
    {
        type FromClause = __tenancy::ScopedTable<table, __tenancy::EveryTenant>;
        type OnClause = <Left as diesel::JoinTo<table>>::OnClause;

        fn join_target(_: table) -> (Self::FromClause, Self::OnClause) {
            __tenancy::uncallable()
        }
    }
};

/// The door of a table that is read before anybody is admitted.
const ADMISSION: &str = stringify! {
    impl table {
        /// The rows that have the brought value `key` in `column`, before there is a scope. The use is reported to the audit sink.
        #[track_caller]
        pub fn before_admission<C, K>(
            self,
            door: &__tenancy::AdmissionDoor,
            column: C,
            key: K,
        ) -> __tenancy::ScopedTable<
            table,
            __tenancy::BeforeAdmission<<C as __tenancy::AdmissionColumn<table>>::Column, K>,
        >
        where
            C: __tenancy::AdmissionColumn<table, Column = C>,
        {
            __tenancy::ScopedTable::before_admission(door, column, key)
        }
    }
};

/// The column that stands for the tenant's in a GROUP BY.
const GROUPED_TENANT: &str = stringify! {
    impl diesel::query_source::Column for __GroupedTenant {
        type Table = __tenancy::nowhere;

        const NAME: &'static str = "";
    }
};

/// The tokens of a text, with the spans that `quote!` gives.
// Not parsed by `proc_macro2`, which would do it a second time, and whose trees cost more to walk.
fn parsed(text: &str) -> TokenStream {
    match proc_macro::TokenStream::from_str(text) {
        Ok(tokens) => tokens.into(),
        // Without what refuses, nothing may compile.
        Err(error) => {
            let error = error.to_string();
            quote!(::core::compile_error! { #error })
        }
    }
}

/// What every declared table says of itself, and what lets it stand in a query with scoped sources and aliases.
fn declaration(
    declared: &Declared,
    ownership: &str,
    key: &[&Ident],
    owning_key: String,
    tenancy: &Ident,
) -> String {
    let listed = |item: &dyn Fn(&Ident) -> String| {
        declared.columns.iter().map(|column| item(&column.name)).collect::<String>()
    };
    let types = listed(&|column| format!("{tenancy}::AliasField<A, columns::{column}>,"));
    let values = listed(&|column| format!("{tenancy}::AliasField::new(columns::{column}),"));
    let names: String = declared.columns.iter().map(|column| format!("{},", column.sql_name)).collect();
    let key = match key {
        [key] => format!("columns::{key}"),
        keys => format!("({})", keys.iter().map(|key| format!("columns::{key},")).collect::<String>()),
    };
    let schema = match &declared.schema {
        Some(schema) => format!("::core::option::Option::Some({schema})"),
        None => "::core::option::Option::None".into(),
    };
    format!(
        "impl {tenancy}::DeclaredTable for table {{
            type Ownership = {tenancy}::{ownership};
            type Key = {key};
            const SCHEMA: ::core::option::Option<&'static str> = {schema};
            const NAME: &'static str = {sql_name};
            const COLUMNS: &'static [&'static str] = &[{names}];
            fn key() -> Self::Key {{ {key} }}
            {owning_key}
        }}
        impl<A: {tenancy}::TableAlias<Target = table>> {tenancy}::AliasColumns<A> for table {{
            type Columns = ({types});
            fn columns() -> Self::Columns {{ ({values}) }}
        }}
        impl<A> diesel::query_source::AppearsInFromClause<{tenancy}::AliasName<A>> for table {{
            type Count = diesel::query_source::Never;
        }}",
        sql_name = declared.sql_name,
    )
}

/// What a table declared global gets, so that it can stand beside scoped ones: Diesel's blanket implementations do
/// not reach sources that another crate defines.
pub(crate) fn global_items(declared: &Declared, krate: &Path) -> TokenStream {
    let names = Names::beside(&declared.columns);
    let tenancy = &names.tenancy;
    let key: Vec<_> = declared.primary_key.iter().collect();
    let mut items = quote!(use #krate::__private as #tenancy;);
    let mut own = declaration(declared, "Unowned", &key, String::new(), tenancy);
    for column in &declared.columns {
        grouped(&mut own, &column.name, tenancy);
    }
    items.extend(parsed(&own));
    items.extend(names.do_not_recommend.clone());
    items.extend(names.given_to(parsed(GLOBAL_ITEMS)));
    items
}

/// A column stands for itself in a GROUP BY.
fn grouped(own: &mut String, column: &Ident, tenancy: &Ident) {
    // Writing to a string cannot fail.
    let _ = write!(own, "impl {tenancy}::Grouped for columns::{column} {{ type By = columns::{column}; }}");
}

/// What is the same for every global table. The first of them is not to be recommended.
const GLOBAL_ITEMS: &str = stringify! {
    impl __tenancy::GlobalTable for table {
        type Under<A> = __tenancy::ScopedAlias<A, __tenancy::Unowned>;
    }

    impl<Rule> __tenancy::Stands<Rule> for table {
        type Proof = __tenancy::IsGlobal;
    }

    impl diesel::internal::table_macro::StaticQueryFragment for table {
        type Component = __tenancy::GlobalName<table>;
        const STATIC_COMPONENT: &'static Self::Component = &__tenancy::GlobalName::new();
    }

    impl<Left, S> diesel::JoinTo<table> for __tenancy::ScopedTable<Left, S>
    where
        Left: diesel::JoinTo<table>,
    {
        type FromClause = <Left as diesel::JoinTo<table>>::FromClause;
        type OnClause = <Left as diesel::JoinTo<table>>::OnClause;

        fn join_target(rhs: table) -> (Self::FromClause, Self::OnClause) {
            <Left as diesel::JoinTo<table>>::join_target(rhs)
        }
    }

    impl<Right, S> diesel::JoinTo<__tenancy::ScopedTable<Right, S>> for table
    where
        Right: __tenancy::TenantTable,
        table: diesel::JoinTo<Right>,
    {
        type FromClause = __tenancy::ScopedTable<Right, S>;
        type OnClause = <table as diesel::JoinTo<Right>>::OnClause;

        fn join_target(rhs: __tenancy::ScopedTable<Right, S>) -> (Self::FromClause, Self::OnClause) {
            __tenancy::on_clause::<table, Right, _>(rhs)
        }
    }

    impl<Right> diesel::JoinTo<__tenancy::JoinKey<Right>> for table
    where
        Right: __tenancy::TenantTable,
        table: diesel::JoinTo<Right>,
    {
        type FromClause = __tenancy::JoinKey<Right>;
        type OnClause = <table as diesel::JoinTo<Right>>::OnClause;

        fn join_target(rhs: __tenancy::JoinKey<Right>) -> (Self::FromClause, Self::OnClause) {
            __tenancy::on_clause::<table, Right, _>(rhs)
        }
    }
};
