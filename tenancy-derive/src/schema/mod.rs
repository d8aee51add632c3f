//! `tenancy_diesel::schema!`: a `schema.rs` as the Diesel CLI printed it, unedited.

mod file;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, bracketed};

use self::file::File;
use crate::globals::{Global, Globals};
use crate::mistake::{Code, Mistakes};

const OPTION: Code = Code("T0103");
const DUPLICATE: Code = Code("T0104");
const FORM: &str =
    "write `schema! { include = \"src/schema.rs\", tenant_column = tenant_id, global = [plans] }`";

enum Given {
    Include(Span, LitStr),
    TenantColumn(Span, Ident),
    Global(Span, Punctuated<Global, Token![,]>),
    Unknown(Ident),
}

impl Parse for Given {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key: Ident = input.parse()?;
        input.parse::<Token![=]>()?;
        match key.to_string().as_str() {
            "include" => Ok(Given::Include(key.span(), input.parse()?)),
            "tenant_column" => Ok(Given::TenantColumn(key.span(), input.parse()?)),
            "global" => {
                let list;
                bracketed!(list in input);
                Ok(Given::Global(key.span(), Punctuated::parse_terminated(&list)?))
            }
            _ => {
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
                Ok(Given::Unknown(key))
            }
        }
    }
}

/// Expands `tenancy_diesel::schema! { … }`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let given = match Punctuated::<Given, Token![,]>::parse_terminated.parse2(input) {
        Ok(given) => given,
        Err(error) => {
            mistakes.syntax(OPTION, &error, FORM);
            return mistakes.into_items();
        }
    };
    let (mut include, mut column, mut list) = (None, None, None);
    for given in given {
        let repeated = match given {
            Given::Include(span, path) => include.replace(path).map(|_| (span, "include")),
            Given::TenantColumn(span, name) => column.replace(name).map(|_| (span, "tenant_column")),
            Given::Global(span, names) => list.replace(names).map(|_| (span, "global")),
            Given::Unknown(key) => {
                mistakes.add(OPTION, key.span(), format!("`schema!` has no option `{key}`"), FORM);
                None
            }
        };
        if let Some((span, key)) = repeated {
            mistakes.add(DUPLICATE, span, format!("`{key}` is given twice"), "keep one of them");
        }
    }
    let mut globals = Globals::default();
    globals.extend(list.unwrap_or_default(), &mut mistakes);
    let Some(include) = include else {
        if mistakes.is_empty() {
            mistakes.add(OPTION, Span::call_site(), "`schema!` is not told which file to include", FORM);
        }
        return mistakes.into_items();
    };
    let Some(file) = File::read(&include, &globals, &mut mistakes) else { return mistakes.into_items() };
    globals.report_unknown("the file", &mut mistakes);
    let mistakes = mistakes.into_items();
    let column = column.unwrap_or_else(|| Ident::new("tenant_id", Span::call_site()));
    let entries = globals.entries();
    let items = file.into_items();
    quote! {
        #mistakes

        // The file says `diesel::table!`; in this module, and in those of the file that have tables, `diesel` is this.
        #[doc(hidden)]
        #[allow(unused_imports, unused_macros)]
        mod __tenancy_diesel {
            macro_rules! declared_table {
                ($($table:tt)*) => {
                    ::tenancy_diesel::table! {
                        #![tenant_column(#column)]
                        #![tenant_global_of_schema(#(#entries),*)]
                        $($table)*
                    }
                };
            }

            pub(crate) use declared_table as table;
            pub(crate) use ::diesel::{
                allow_columns_to_appear_in_same_group_by_clause, allow_tables_to_appear_in_same_query, query_builder,
                sql_types,
            };
            pub(crate) use ::tenancy_diesel::joinable;
        }
        #[allow(unused_imports)]
        use self::__tenancy_diesel as diesel;

        #items
    }
}
