//! `tenancy_diesel::schema!`: a `schema.rs` as the Diesel CLI printed it, unedited.
//!
//! Stages: `options`, `file` and `contents` read, `check` sees that no table of the file escapes, `joins` and `wall` write what the
//! options ask for beside the file, and this module the rest.

mod check;
mod contents;
mod file;
mod joins;
mod options;
mod wall;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use self::contents::Contents;
use self::file::File;
use self::options::Options;
use crate::codes;
use crate::listed::Listed;
use crate::mistake::Mistakes;
use crate::tenant_column::TenantColumn;
use crate::tokens::idents;

/// Expands `tenancy_diesel::schema! { … }`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let Some(options) = Options::parse(input, &mut mistakes) else { return mistakes.into_items() };
    let (mut scoped, mut globals) = (Listed::default(), Listed::default());
    scoped.extend(options.scoped, &mut mistakes);
    globals.extend(options.global, &mut mistakes);
    let Some(include) = options.include else {
        if mistakes.is_empty() {
            mistakes.add(Span::call_site(), codes::no_file());
        }
        return mistakes.into_items();
    };
    let Some(file) = File::read(&include, &mut mistakes) else { return mistakes.into_items() };
    check::tables(&file, &scoped, &globals, &mut mistakes);
    scoped.report_unknown("the file", &mut mistakes);
    globals.report_unknown("the file", &mut mistakes);
    let contents = Contents::of(&file);
    let column = options.tenant_column.unwrap_or_else(TenantColumn::usual);
    // Whatever the list of tables mentions, so that no key is taken for a wide one that is not.
    let mentioned = scoped.entries().flat_map(|entry| idents(entry.options.clone()));
    let tenants: Vec<_> = mentioned.chain([column.name.clone()]).collect();
    let joins = joins::checked(options.joins, &contents, &tenants, &mut mistakes);
    let mistakes = mistakes.into_items();
    let joins = joins::declarations(&joins, &contents);
    let tables = options.tables.map(|path| wall::function(&path, &contents));
    let (scoped, globals) = (scoped.entries(), globals.entries());
    let diesel = file.free_name("__tenancy_diesel");
    let items = file.into_items(&diesel);
    quote! {
        #mistakes

        // The file says `diesel::table!`; in this module, and in those of the file that have tables, `diesel` is this.
        #[doc(hidden)]
        #[allow(unused_imports, unused_macros)]
        mod #diesel {
            macro_rules! declared_table {
                ($($table:tt)*) => {
                    ::tenancy_diesel::table! {
                        #![tenant_column(#column)]
                        #![tenant_scoped_of_schema(#(#scoped),*)]
                        #![tenant_global_of_schema(#(#globals),*)]
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
        use self::#diesel as diesel;

        #items
        #joins
        #tables
    }
}
