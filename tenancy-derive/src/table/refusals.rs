//! What stands in for the items that are taken away: implementations and methods whose bound never holds, so that the
//! compiler says in words what is wrong, at the user's token.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

use super::expansion::Item;

/// The replacement for `impl of for on`, or `None` when Diesel's own is kept.
pub(crate) fn replacement(of: &str, on: &str, krate: &TokenStream) -> Option<TokenStream> {
    let private = quote!(#krate::__private);
    let tokens = match (of, on) {
        // COPY prints a table by it.
        ("StaticQueryFragment", "table") => quote! {
            impl<'tenant> diesel::internal::table_macro::StaticQueryFragment for table
            where
                table: #private::ReadWithinTenant<'tenant>,
            {
                type Component = #private::Unscoped<table>;
                const STATIC_COMPONENT: &'static Self::Component = &#private::Unscoped::new();
            }
        },
        ("QuerySource", "table") => quote! {
            impl diesel::QuerySource for table {
                type FromClause = #private::Unscoped<table>;
                type DefaultSelection = <Self as diesel::Table>::AllColumns;

                fn from_clause(&self) -> Self::FromClause {
                    #private::Unscoped::new()
                }

                fn default_selection(&self) -> Self::DefaultSelection {
                    <Self as diesel::Table>::all_columns()
                }
            }
        },
        // Implemented under a bound that never holds, rather than left out, so that what asks for it (an alias of Diesel's,
        // `Only`) is refused in words. It does not keep the schema's own crate from writing an implementation by hand.
        ("QueryFragment", "table") => quote! {
            impl<DB> diesel::query_builder::QueryFragment<DB> for table
            where
                DB: diesel::backend::Backend + #private::RunsWithoutTenant<table>,
            {
                fn walk_ast<'b>(
                    &'b self,
                    _: diesel::query_builder::AstPass<'_, 'b, DB>,
                ) -> diesel::result::QueryResult<()> {
                    #private::refused()
                }
            }
        },
        _ => return None,
    };
    Some(tokens)
}

/// `impl Column for tenant_column` under a bound that never holds: it can be read, not assigned.
pub(crate) fn column_impl(item: &Item, krate: &TokenStream) -> TokenStream {
    let Some(body) = item.body() else { return item.to_token_stream() };
    let head: TokenStream = item.tokens[..item.tokens.len() - 1].iter().cloned().collect();
    let mut head: Vec<_> = head.into_iter().collect();
    // `impl …` becomes `impl<'tenant> …`
    let after_impl =
        head.iter().position(|tree| super::expansion::is_ident(tree, "impl")).map_or(0, |at| at + 1);
    let rest: TokenStream = head.split_off(after_impl).into_iter().collect();
    let head: TokenStream = head.into_iter().collect();
    quote! {
        #head <'tenant> #rest
        where
            super::table: #krate::__private::TenantColumnAssigned<'tenant>,
        #body
    }
}

/// A method of the bare table: its name, and the types of its arguments, each of them a type parameter.
type Method = (&'static str, &'static [&'static str]);

/// Every method by which Diesel would build a query from a table, without those that its own expansion calls on `self`.
/// Inherent methods win over a trait's, and a bound on a method keeps its whole explanation.
const BUILDERS: [Method; 34] = [
    ("distinct", &[]),
    ("distinct_on", &["Expr"]),
    ("select", &["Selection"]),
    ("count", &[]),
    ("filter", &["Predicate"]),
    ("or_filter", &["Predicate"]),
    ("find", &["PK"]),
    ("order", &["Expr"]),
    ("order_by", &["Expr"]),
    ("then_order_by", &["Expr"]),
    ("positional_order_by", &["Expr"]),
    ("limit", &["Rows"]),
    ("offset", &["Rows"]),
    ("group_by", &["Expr"]),
    ("having", &["Predicate"]),
    ("for_update", &[]),
    ("for_no_key_update", &[]),
    ("for_share", &[]),
    ("for_key_share", &[]),
    ("skip_locked", &[]),
    ("no_wait", &[]),
    ("single_value", &[]),
    ("nullable", &[]),
    ("assume_not_null", &[]),
    ("union", &["Rhs"]),
    ("union_all", &["Rhs"]),
    ("intersect", &["Rhs"]),
    ("intersect_all", &["Rhs"]),
    ("except", &["Rhs"]),
    ("except_all", &["Rhs"]),
    ("only", &[]),
    ("tablesample_bernoulli", &["Percent"]),
    ("tablesample_system", &["Percent"]),
    ("insert_into", &["Target"]),
];

const JOINS: [Method; 4] =
    [("inner_join", &["Rhs"]), ("left_join", &["Rhs"]), ("left_outer_join", &["Rhs"]), ("on", &["On"])];

/// Every method by which Diesel or diesel-async would run a table as a query: its name, and its type parameters, which
/// callers do write out.
const RUNNERS: [Method; 6] = [
    ("load", &["U"]),
    ("load_iter", &["U", "B"]),
    ("load_stream", &["U"]),
    ("first", &["U"]),
    ("get_result", &["U"]),
    ("get_results", &["U"]),
];

/// The inherent methods of the bare table.
pub(crate) fn methods(krate: &TokenStream) -> TokenStream {
    let builders = BUILDERS.iter().map(|method| builder(method, "ReadWithinTenant", krate));
    let joins = JOINS.iter().map(|method| builder(method, "JoinWithinTenant", krate));
    let runners = RUNNERS.iter().map(|method| runner(method, krate));
    quote! {
        // `eq_any(table)`: the error then stands where the query is run.
        impl<ST> #krate::__private::AsInExpression<ST> for table
        where
            ST: diesel::sql_types::SqlType + diesel::expression::TypedExpressionType,
        {
            type InExpression = #krate::__private::UnscopedSet<table, ST>;

            fn as_in_expression(self) -> Self::InExpression {
                #krate::__private::UnscopedSet::new()
            }
        }

        // `exists(table)`
        impl<'tenant> diesel::query_builder::SelectQuery for table
        where
            table: #krate::__private::ReadWithinTenant<'tenant>,
        {
            type SqlType = SqlType;
        }

        #[doc(hidden)]
        #[allow(dead_code, clippy::all)]
        impl table {
            #(#builders)*
            #(#joins)*
            #(#runners)*

            pub fn execute<'tenant, Refused>(self, _: impl Sized) -> Refused
            where
                table: #krate::__private::ReadWithinTenant<'tenant>,
            {
                #krate::__private::uncallable()
            }

            pub fn into_boxed<'tenant, DB>(
                self,
            ) -> <table as #krate::__private::RunWithinTenant<
                'tenant,
                <DB as #krate::__private::RowKey>::Key,
            >>::Refused
            where
                table: #krate::__private::RunWithinTenant<'tenant>,
            {
                #krate::__private::uncallable()
            }
        }
    }
}

/// The result is whatever is wanted of it: after the error, the compiler says nothing about what is called on it. One
/// mistake, one error.
fn builder((name, arguments): &Method, bound: &str, krate: &TokenStream) -> TokenStream {
    let name = format_ident!("{name}");
    let bound = format_ident!("{bound}");
    let arguments: Vec<_> = arguments.iter().map(|argument| format_ident!("{argument}")).collect();
    quote! {
        pub fn #name<'tenant, #(#arguments,)* Refused>(self, #(_: #arguments),*) -> Refused
        where
            table: #krate::__private::#bound<'tenant>,
        {
            #krate::__private::uncallable()
        }
    }
}

/// Callers write the type parameters out, so the result has to be unknown in another way: see `RunWithinTenant`.
fn runner((name, parameters): &Method, krate: &TokenStream) -> TokenStream {
    let name = format_ident!("{name}");
    let parameters = parameters.iter().map(|parameter| format_ident!("{parameter}"));
    quote! {
        pub fn #name<'tenant, #(#parameters),*>(
            self,
            _: impl Sized,
        ) -> <table as #krate::__private::RunWithinTenant<
            'tenant,
            <U as #krate::__private::RowKey>::Key,
        >>::Refused
        where
            table: #krate::__private::RunWithinTenant<'tenant>,
        {
            #krate::__private::uncallable()
        }
    }
}
