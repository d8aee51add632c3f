//! What stands in for the items that are taken away: implementations and methods whose bound never holds, so that the
//! compiler says in words what is wrong, at the user's token.
//!
//! It is the same for every table, so it is a text, in which `__tenancy` is this library: `quote!` would pass it to the
//! compiler token by token, in unoptimized code, for each table in each build.

use proc_macro2::TokenTree;
use quote::quote;

use super::names::Names;
use crate::table::parse::Item;
use crate::tokens::is_ident;

/// The traits whose implementations for the bare table give way to those of [`REFUSALS`].
// `StaticQueryFragment`: COPY prints a table by it. `QueryFragment` is implemented under a bound that never holds, rather
// than left out, so that what asks for it (an alias of Diesel's, `Only`) is refused in words. It does not keep the
// schema's own crate from writing an implementation by hand.
pub(crate) const REPLACED: [&str; 3] = ["StaticQueryFragment", "QuerySource", "QueryFragment"];

const REPLACEMENTS: &str = stringify! {
    impl<'tenant> diesel::internal::table_macro::StaticQueryFragment for table
    where
        table: __tenancy::ReadWithinTenant<'tenant>,
    {
        type Component = __tenancy::Unscoped<table>;
        const STATIC_COMPONENT: &'static Self::Component = &__tenancy::Unscoped::new();
    }

    impl diesel::QuerySource for table {
        type FromClause = __tenancy::Unscoped<table>;
        type DefaultSelection = <Self as diesel::Table>::AllColumns;

        fn from_clause(&self) -> Self::FromClause {
            __tenancy::Unscoped::new()
        }

        fn default_selection(&self) -> Self::DefaultSelection {
            <Self as diesel::Table>::all_columns()
        }
    }

    impl<DB> diesel::query_builder::QueryFragment<DB> for table
    where
        DB: diesel::backend::Backend + __tenancy::RunsWithoutTenant<table>,
    {
        fn walk_ast<'b>(
            &'b self,
            _: diesel::query_builder::AstPass<'_, 'b, DB>,
        ) -> diesel::result::QueryResult<()> {
            __tenancy::refused()
        }
    }

    impl<ST> __tenancy::AsInExpression<ST> for table
    where
        ST: diesel::sql_types::SqlType + diesel::expression::TypedExpressionType,
    {
        type InExpression = __tenancy::UnscopedSet<table, ST>;

        fn as_in_expression(self) -> Self::InExpression {
            __tenancy::UnscopedSet::new()
        }
    }

    impl<'tenant> diesel::query_builder::SelectQuery for table
    where
        table: __tenancy::ReadWithinTenant<'tenant>,
    {
        type SqlType = SqlType;
    }
};

/// An implementation for the tenant column gets a bound that never holds, so that it can be read and not assigned:
/// `impl Column`, and `impl SizeRestrictedColumn`, which follows from it.
pub(crate) fn restrict_column(item: &mut Item, names: &Names) {
    let Some(TokenTree::Group(body)) = item.tokens.pop() else { return };
    // `impl …` becomes `impl<'tenant> …`
    let after_impl = item.tokens.iter().position(|tree| is_ident(tree, "impl")).map_or(0, |at| at + 1);
    item.tokens.splice(after_impl..after_impl, quote!(<'tenant>));
    let tenancy = &names.tenancy;
    item.tokens.extend(quote! {
        where
            super::table: super::#tenancy::TenantColumnAssigned<'tenant>,
        #body
    });
}

/// Methods by which Diesel would build a query from a table, each with the types of its arguments.
///
/// The result has whatever type is wanted, so after the error the compiler says nothing about what is called on it. One
/// mistake, one error.
macro_rules! builders {
    ($bound:ident: $($name:ident($($argument:ident),*))+) => {
        concat!($(stringify! {
            pub fn $name<'tenant, $($argument,)* Refused>(self, $(_: $argument),*) -> Refused
            where
                table: __tenancy::$bound<'tenant>,
            {
                __tenancy::uncallable()
            }
        }),+)
    };
}

/// Methods by which Diesel or diesel-async would run a table as a query, each with its type parameters. Callers write
/// them out, so the result has to be unknown in another way: see `RunWithinTenant`.
macro_rules! runners {
    ($($name:ident<$($parameter:ident),+>)+) => {
        concat!($(stringify! {
            pub fn $name<'tenant, $($parameter),+>(
                self,
                _: impl ::core::marker::Sized,
            ) -> <table as __tenancy::RunWithinTenant<'tenant, <U as __tenancy::RowKey>::Key>>::Refused
            where
                table: __tenancy::RunWithinTenant<'tenant>,
            {
                __tenancy::uncallable()
            }
        }),+)
    };
}

/// The methods of Diesel's with which a query of a table begins. Inherent methods win over a trait's, and a bound on a method keeps its
/// whole explanation. A query that begins with another (`except`, `for_share`) is refused where it is run (T0003), or by Diesel on any table.
// Each costs every table some eighty nodes in the graph of an incremental build: Diesel's 46 doubled what the library adds to it.
const METHODS: &str = concat!(
    "#[doc(hidden)] #[allow(dead_code, clippy::all)] impl table {",
    builders! { ReadWithinTenant:
        distinct() distinct_on(Expr) select(Selection) count() filter(Predicate) or_filter(Predicate) find(PK)
        order(Expr) order_by(Expr) limit(Rows) offset(Rows) group_by(Expr) for_update() union(Rhs) single_value()
        only() tablesample_bernoulli(Percent) tablesample_system(Percent) insert_into(Target)
    },
    builders! { JoinWithinTenant: inner_join(Rhs) left_join(Rhs) left_outer_join(Rhs) on(On) },
    runners! { load<U> load_iter<U, B> load_stream<U> first<U> get_result<U> get_results<U> },
    stringify! {
        pub fn execute<'tenant, Refused>(self, _: impl ::core::marker::Sized) -> Refused
        where
            table: __tenancy::ReadWithinTenant<'tenant>,
        {
            __tenancy::uncallable()
        }

        pub fn into_boxed<'tenant, DB>(
            self,
        ) -> <table as __tenancy::RunWithinTenant<'tenant, <DB as __tenancy::RowKey>::Key>>::Refused
        where
            table: __tenancy::RunWithinTenant<'tenant>,
        {
            __tenancy::uncallable()
        }
    },
    "}"
);

/// The refusing items of a tenant table's module.
pub(crate) const REFUSALS: [&str; 2] = [REPLACEMENTS, METHODS];
