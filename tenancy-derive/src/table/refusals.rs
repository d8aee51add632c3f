//! What stands in for the items that are taken away: implementations and methods whose bound never holds, so that the
//! compiler says in words what is wrong, at the user's token.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::expansion::Item;

/// The replacement for `impl of for on`, or `None` when Diesel's own is kept.
pub(crate) fn replacement(of: &str, on: &str, krate: &TokenStream) -> Option<TokenStream> {
    let private = quote!(#krate::__private);
    let tokens = match (of, on) {
        ("StaticQueryFragment", "table") => TokenStream::new(),
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
        ("AsQuery", "table") => quote! {
            impl diesel::query_builder::AsQuery for table {
                type SqlType = SqlType;
                type Query = #private::Unscoped<table>;

                fn as_query(self) -> Self::Query {
                    #private::Unscoped::new()
                }
            }
        },
        // Implemented under a bound that never holds, rather than left out, so that nobody can add it by hand.
        ("QueryFragment", "table") => quote! {
            impl<'tenant, DB> diesel::query_builder::QueryFragment<DB> for table
            where
                DB: diesel::backend::Backend,
                table: #private::ReadWithinTenant<'tenant>,
            {
                fn walk_ast<'b>(
                    &'b self,
                    _: diesel::query_builder::AstPass<'_, 'b, DB>,
                ) -> diesel::result::QueryResult<()> {
                    #private::refused()
                }
            }
        },
        ("IntoUpdateTarget", "table") => quote! {
            impl<'tenant> diesel::query_builder::IntoUpdateTarget for table
            where
                table: #private::ChangeWithinTenant<'tenant>,
            {
                type WhereClause = #private::Unscoped<table>;

                fn into_update_target(
                    self,
                ) -> diesel::query_builder::UpdateTarget<Self::Table, Self::WhereClause> {
                    diesel::query_builder::UpdateTarget { table: self, where_clause: #private::Unscoped::new() }
                }
            }
        },
        ("Insertable", "table" | "&table") => {
            let (reference, lifetime) = match on {
                "table" => (TokenStream::new(), TokenStream::new()),
                _ => (quote!(&'source), quote!('source,)),
            };
            quote! {
                impl<#lifetime 'tenant, T> diesel::insertable::Insertable<T> for #reference table
                where
                    table: #private::ReadWithinTenant<'tenant>,
                {
                    type Values = #private::Unscoped<table>;

                    fn values(self) -> Self::Values {
                        #private::Unscoped::new()
                    }
                }
            }
        }
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
    let after_impl = head.iter().position(|tree| super::expansion::is_ident(tree, "impl")).map_or(0, |at| at + 1);
    let rest: TokenStream = head.split_off(after_impl).into_iter().collect();
    let head: TokenStream = head.into_iter().collect();
    quote! {
        #head <'tenant> #rest
        where
            super::table: #krate::__private::TenantColumnAssigned<'tenant>,
        #body
    }
}

/// A method of the bare table: its name, its type parameters, its arguments.
type Method = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Every method by which Diesel or diesel-async would build or run a query from a table. Inherent methods win over a
/// trait's, and a bound on a method keeps its whole explanation.
const READS: [Method; 53] = [
    ("distinct", &[], &[]),
    ("distinct_on", &["Expr"], &["Expr"]),
    ("select", &["Selection"], &["Selection"]),
    ("count", &[], &[]),
    ("filter", &["Predicate"], &["Predicate"]),
    ("or_filter", &["Predicate"], &["Predicate"]),
    ("find", &["PK"], &["PK"]),
    ("order", &["Expr"], &["Expr"]),
    ("order_by", &["Expr"], &["Expr"]),
    ("then_order_by", &["Expr"], &["Expr"]),
    ("positional_order_by", &["Expr"], &["Expr"]),
    ("limit", &[], &["i64"]),
    ("offset", &[], &["i64"]),
    ("group_by", &["Expr"], &["Expr"]),
    ("having", &["Predicate"], &["Predicate"]),
    ("for_update", &[], &[]),
    ("for_no_key_update", &[], &[]),
    ("for_share", &[], &[]),
    ("for_key_share", &[], &[]),
    ("skip_locked", &[], &[]),
    ("no_wait", &[], &[]),
    ("into_boxed", &["DB"], &[]),
    ("single_value", &[], &[]),
    ("nullable", &[], &[]),
    ("assume_not_null", &[], &[]),
    ("as_query", &[], &[]),
    ("union", &["Rhs"], &["Rhs"]),
    ("union_all", &["Rhs"], &["Rhs"]),
    ("intersect", &["Rhs"], &["Rhs"]),
    ("intersect_all", &["Rhs"], &["Rhs"]),
    ("except", &["Rhs"], &["Rhs"]),
    ("except_all", &["Rhs"], &["Rhs"]),
    ("only", &[], &[]),
    ("tablesample_bernoulli", &[], &["i16"]),
    ("tablesample_system", &[], &["i16"]),
    ("load", &["U"], &["impl Sized"]),
    ("load_iter", &["U", "B"], &["impl Sized"]),
    ("load_stream", &["U"], &["impl Sized"]),
    ("first", &["U"], &["impl Sized"]),
    ("get_result", &["U"], &["impl Sized"]),
    ("get_results", &["U"], &["impl Sized"]),
    ("execute", &[], &["impl Sized"]),
    ("internal_load", &[], &["impl Sized"]),
    ("into_sql", &["ST"], &[]),
    ("as_expression", &["ST"], &[]),
    ("as_in_expression", &[], &[]),
    ("values", &[], &[]),
    ("insert_into", &["T"], &["T"]),
    ("into_update_target", &[], &[]),
    ("with_lock", &["Lock"], &["Lock"]),
    ("internal_into_boxed", &["DB"], &[]),
    ("walk_ast", &[], &["impl Sized"]),
    ("is_noop", &[], &["impl Sized"]),
];

const JOINS: [Method; 5] = [
    ("inner_join", &["Rhs"], &["Rhs"]),
    ("left_join", &["Rhs"], &["Rhs"]),
    ("left_outer_join", &["Rhs"], &["Rhs"]),
    ("join", &["Rhs", "Kind", "On"], &["Rhs", "Kind", "On"]),
    ("on", &["On"], &["On"]),
];

/// The inherent methods of the bare table.
pub(crate) fn methods(krate: &TokenStream) -> TokenStream {
    let reads = READS.iter().map(|method| refused_method(method, "ReadWithinTenant", krate));
    let joins = JOINS.iter().map(|method| refused_method(method, "JoinWithinTenant", krate));
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, clippy::all)]
        impl table {
            #(#reads)*
            #(#joins)*
        }
    }
}

fn refused_method((name, parameters, arguments): &Method, bound: &str, krate: &TokenStream) -> TokenStream {
    let name = format_ident!("{name}");
    let bound = format_ident!("{bound}");
    let parameters = parameters.iter().map(|parameter| format_ident!("{parameter}"));
    let arguments = arguments.iter().map(|argument| match *argument {
        "impl Sized" => quote!(_: impl Sized),
        argument => {
            let argument: Ident = format_ident!("{argument}");
            quote!(_: #argument)
        }
    });
    // The result is a projection of the bound that never holds: the compiler gives up on its type, and says nothing
    // about whatever is called on it. One mistake, one error.
    quote! {
        pub fn #name<'tenant, #(#parameters,)*>(
            self,
            #(#arguments,)*
        ) -> <table as #krate::__private::#bound<'tenant>>::Refused
        where
            table: #krate::__private::#bound<'tenant>,
        {
            <table as #krate::__private::#bound<'tenant>>::refuse()
        }
    }
}
